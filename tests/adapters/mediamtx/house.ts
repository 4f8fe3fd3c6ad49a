/**
 * A managed media server with everything around it (folders, ports, runner, credentials) in a temporary place. The
 * real MediaMTX comes from MEDIAMTX_BIN; the simulator is always there.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerAddresses } from '../../../src/adapters/mediamtx/addresses.ts';
import type { ConfigFileSettings } from '../../../src/adapters/mediamtx/config-file.ts';
import { ControlApi } from '../../../src/adapters/mediamtx/control-api.ts';
import { keepCredentials } from '../../../src/adapters/mediamtx/credentials.ts';
import { DemandFolderOnDisk } from '../../../src/adapters/mediamtx/demand-folder.ts';
import type { FoundServer } from '../../../src/adapters/mediamtx/finder.ts';
import { ManagedServerProcess } from '../../../src/adapters/mediamtx/server-process.ts';
import { readDataId } from '../../../src/adapters/process/data-id.ts';
import { Ledger } from '../../../src/adapters/process/ledger.ts';
import { ProcessRunner } from '../../../src/adapters/process/process-runner.ts';
import { compiledEntry } from '../../support/compiled.ts';
import { until } from '../../support/until.ts';
import { freePorts } from './odd-server.ts';

export const never = new AbortController().signal;

const realBinary = process.env.MEDIAMTX_BIN;
if (!realBinary) console.warn('MEDIAMTX_BIN is not set: real MediaMTX is not tested, only the simulator is.');

/** The servers of this run, for `describe.each`. */
export const servers: readonly [name: string, found: FoundServer][] = [
  ...(realBinary ? [['MediaMTX', found('mediamtx', realBinary, [])] as [string, FoundServer]] : []),
  ['the simulator', found('simulator', process.execPath, [compiledEntry('simulators/media-server/main.ts')])],
];

export interface House {
  readonly folder: string;
  readonly addresses: ServerAddresses;
  readonly config: ConfigFileSettings;
  readonly configFile: string;
  readonly logFile: string;
  readonly demandFolder: string;
  readonly demand: DemandFolderOnDisk;
  readonly runner: ProcessRunner;
  readonly server: ManagedServerProcess;
  readonly api: ControlApi;
  /** Another life of the service on the same data directory. */
  nextLife(): Promise<{ readonly server: ManagedServerProcess; readonly api: ControlApi }>;
  /** Resolves when the API answers. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

export async function buildHouse(which: FoundServer, more: Partial<ServerAddresses> = {}): Promise<House> {
  const folder = await mkdtemp(join(tmpdir(), 'mediamtx-'));
  const [apiPort, rtspPort] = await freePorts(2);
  const addresses = {
    viewerAddress: '127.0.0.1',
    apiPort: apiPort!,
    rtspPort: rtspPort!,
    hlsPort: null,
    webrtc: null,
  };
  const demandFolder = join(folder, 'run/demand');
  const paths = { demandFolder, recordingsFolder: join(folder, 'recordings'), recordPartDurationMs: 200 };
  const configFile = join(folder, 'data/media-server/mediamtx.yml');
  const logFile = join(folder, 'run/media-server.log');
  const apis: ControlApi[] = [];

  const life = async () => {
    const credentials = await keepCredentials(join(folder, 'data/media-server-users.json'));
    const config = { addresses: { ...addresses, ...more }, credentials, paths };
    const ledger = await Ledger.open({ dataDirectory: join(folder, 'data'), bootId: 'test' });
    const dataId = await readDataId(join(folder, 'data'));
    const dataDirectory = join(folder, 'data');
    const runner = new ProcessRunner({ dataId, dataDirectory, ledger, killAfterMs: 2000, adoptedPollMs: 20 });
    const demand = new DemandFolderOnDisk(demandFolder);
    const server = new ManagedServerProcess({
      ...{ runner, find: async () => which, configFile, config, logFile, logLimitBytes: 1_000_000 },
      ...{ stopTimeoutMs: 2000, demand },
    });
    const login = { user: credentials.api.user, password: credentials.api.password };
    const api = new ControlApi({
      host: '127.0.0.1',
      port: apiPort!,
      requestTimeoutMs: 5000,
      paths,
      ...login,
    });
    apis.push(api);
    return { config, demand, runner, server, api };
  };

  const first = await life();
  return {
    ...{
      folder,
      configFile,
      logFile,
      demandFolder,
      addresses: first.config.addresses,
      ...first,
      nextLife: life,
    },
    ready: async () => {
      await until(() => first.api.info(never), {
        what: 'the media server answers',
        timeoutMs: 10_000,
        intervalMs: 25,
      });
    },
    close: async () => {
      await first.server.stop(never);
      for (const api of apis) await api.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function found(kind: FoundServer['kind'], command: string, args: readonly string[]): FoundServer {
  return { kind, command, args, version: '1.20.1', notice: null };
}
