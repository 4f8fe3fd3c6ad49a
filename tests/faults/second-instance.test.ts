/**
 * A second service on the same data directory. It ends with 4 and names the first, which goes on as if nothing had
 * been; and when the first dies while others start, exactly one of them becomes its heir.
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { describeMediaServers } from '../contract/servers.ts';
import { CaptureGuard } from '../support/capture-guard.ts';
import { mainProcesses, withoutDoubles } from '../support/main-processes.ts';
import { freePorts } from '../support/ports.ts';
import { play, untilListed } from '../support/recordings.ts';
import { startService, type TestService } from '../support/service.ts';
import { runService } from '../support/service-run.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { until } from '../support/until.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

const LOCKED = 4;

describeMediaServers('a second instance', (server) => {
  let service: TestService;
  afterEach(() => service.dispose());

  async function record(): Promise<string> {
    const order = { device: 'camera0' };
    const { session_id } = await service.call<{ session_id: string }>('start_recording', order);
    await service.untilRecording('camera0', 'RECORDING');
    return session_id;
  }

  async function wholeRecording(session: string, adoptions: number): Promise<void> {
    await service.untilRecording('camera0', 'RECORDING');
    await service.call('stop_recording', { device: 'camera0' });
    const recording = await untilListed(service, session);
    expect(recording).toMatchObject({ outcome: 'completed', reason: 'requested', gaps: [], adoptions });
    expect((await play(service.recordingsFolder, recording)).jumps).toEqual([]);
  }

  /** The same data directory, every port another one. */
  async function otherPorts(): Promise<string> {
    const config = parse(readFileSync(service.configFile, 'utf8')) as Record<string, Record<string, unknown>>;
    const ports = await freePorts(4);
    Object.assign(config.server!, { port: ports[0], health_port: ports[1] });
    Object.assign(config.mediamtx!, { api_port: ports[2], rtsp_port: ports[3] });
    const file = join(service.folder, 'other.yml');
    writeFileSync(file, stringify(config));
    return file;
  }

  /** Files of the data directory that a start writes, with their content. */
  const stateOnDisk = () =>
    readdirSync(service.dataFolder)
      .filter((name) => statSync(join(service.dataFolder, name)).isFile())
      .map((name) => [name, readFileSync(join(service.dataFolder, name), 'utf8')]);

  test('ends with 4, names the first and changes nothing; the first records on', async () => {
    service = await startService(server);
    const session = await record();
    // The first one has written down what it knows of its recording.
    await until(() => stateOnDisk().some(([, text]) => /"openPart": \{/.test(text ?? '')), {
      what: 'the open part on disk',
      timeoutMs: 20_000,
    });
    const { pid } = service;
    const [before, dataPlane] = [stateOnDisk(), mainProcesses(service.dataFolder)];
    for (const config of [service.configFile, await otherPorts()]) {
      const end = await runService(['--config', config, '--ready-line']).ended;
      expect(end).toMatchObject({ code: LOCKED, out: '' });
      expect(end.said).toHaveLength(1);
      expect(end.said[0]).toContain(`The data directory is in use by another service, process ${pid}.`);
      expect(end.said[0]).toContain('Stop that service first.');
    }
    expect(stateOnDisk()).toEqual(before);
    expect(mainProcesses(service.dataFolder)).toEqual(dataPlane);
    expect(await service.call('get_system_status')).toMatchObject({ status: 'ready' });
    await wholeRecording(session, 0);
  });

  test('started while the first is killed and started again: one of them is the heir, the other ends with 4 and names it', async () => {
    const guard = new CaptureGuard(await temporaryFolder());
    service = await startService(server, { config: { capture: { ffmpeg: guard.standIn.file } } });
    const session = await record();
    const capture = service.processes('capture');
    const heirs: string[] = [];
    const rival = () => runService(['--config', service.configFile, '--ready-line']);

    /** Both want to be the heir; the one that is started first is not always the one. */
    const race = async (first: 'service' | 'rival'): Promise<void> => {
      await service.end('SIGKILL');
      if (first === 'service') service.launch();
      const other = rival();
      if (first === 'rival') service.launch();
      const rivalEnd = other.ended.then((end) => ({ who: 'rival', end }));
      const winner = await Promise.race([
        service.untilReady().then(
          () => 'service',
          () => 'rival',
        ),
        rivalEnd.then(() => 'service'),
      ]);
      heirs.push(winner);
      if (winner === 'service') {
        const { end } = await rivalEnd;
        expect(end).toMatchObject({ code: LOCKED, out: '' });
        expect(end.said[0]).toContain(`process ${service.pid}.`);
        await service.untilReady();
        return;
      }
      expect(await service.untilEnded()).toEqual({ code: LOCKED, signal: null });
      expect(service.log.trimEnd().split('\n').at(-1)).toContain(`process ${other.child.pid}.`);
      other.child.kill('SIGKILL');
      await rivalEnd;
      await service.start();
    };

    const ORDER = ['rival', 'service'] as const;
    await withoutDoubles(
      service.dataFolder,
      (async () => {
        for (const first of ORDER) await race(first);
      })(),
    );
    console.log(`${server}: the heirs were ${heirs.join(', ')}`);
    expect(service.processes('capture')).toEqual(capture);
    expect(guard.doubles).toEqual([]);
    const { adoptions } = await service.untilRecording('camera0', 'RECORDING');
    expect(adoptions).toBeGreaterThanOrEqual(ORDER.length);
    await wholeRecording(session, adoptions as number);
  });
});
