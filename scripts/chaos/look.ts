/** One look at everything from outside: the process table, what the API tells, the media server, the taps, the disk. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseMark } from '../../src/adapters/process/mark.ts';
import { listMarked } from '../../src/adapters/process/proc-table.ts';
import { controlApi } from '../../tests/support/control-api.ts';
import type { StreamStatus } from '../../tests/support/service.ts';
import type { House } from './house.ts';

export interface Proc {
  readonly role: string;
  readonly owner: string;
  readonly pid: number;
}

export interface ActorSeen {
  readonly actor: string;
  readonly machine: string;
  readonly state: string;
  readonly ageMs: number;
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface CameraSeen {
  readonly device: string;
  readonly status: string;
  readonly stream: string;
  readonly reasons: readonly string[];
  readonly pid: number | null;
  readonly tap: string;
  /** Age of the tapped picture; null: there is none. */
  readonly tapAgeMs: number | null;
  /** Word of the running session; null without one. */
  readonly recording: string | null;
}

export interface PathSeen {
  readonly name: string;
  readonly available: boolean;
  readonly inboundBytes: number;
}

/** What the service says. */
export interface Told {
  readonly ready: string;
  readonly actors: readonly ActorSeen[];
  readonly cameras: readonly CameraSeen[];
}

export interface Look {
  readonly atMs: number;
  /** Main processes of the data plane before the service was asked, and after it had answered. */
  readonly before: readonly Proc[];
  readonly after: readonly Proc[];
  /** null: no service, or it was ended meanwhile. */
  readonly told: Told | null;
  /** null: the media server gave no answer. */
  readonly paths: readonly PathSeen[] | null;
}

export async function lookAt(house: House): Promise<Look> {
  const before = await mainProcesses(house.dataId);
  const [told, paths] = await Promise.all([house.isUp ? tell(house) : null, pathsOf(house)]);
  return { atMs: performance.now(), before, told, paths, after: await mainProcesses(house.dataId) };
}

/** Without the helpers that bear the same mark, such as the media server's hooks: those are in its process group. */
export async function mainProcesses(dataId: string): Promise<Proc[]> {
  return (await listMarked()).flatMap(({ pid, groupId, mark }) => {
    const parsed = mark === null ? null : parseMark(mark);
    return parsed?.dataId === dataId && groupId === pid
      ? [{ role: parsed.role, owner: parsed.owner, pid }]
      : [];
  });
}

interface ActorsAnswer {
  readonly actors: readonly (Omit<ActorSeen, 'ageMs'> & { readonly since: string })[];
}

interface ListAnswer {
  readonly cameras: readonly {
    readonly device: string;
    readonly status: string;
    readonly recording_status: string | null;
  }[];
}

/** null where the connection ended meanwhile; who ended it is another's question. */
async function tell({ service, runtimeFolder }: House): Promise<Told | null> {
  try {
    const [{ actors }, list, system] = await Promise.all([
      service.call<ActorsAnswer>('get_actors'),
      service.call<ListAnswer>('get_camera_list'),
      service.call<{ status: string }>('get_system_status'),
    ]);
    const nowMs = Date.now();
    const cameras = await Promise.all(
      list.cameras.map(async ({ device, status, recording_status }) => {
        const stream = await service.call<StreamStatus>('get_stream_status', { device });
        return {
          device,
          status,
          stream: stream.stream.state,
          reasons: stream.stream.reasons,
          pid: stream.ffmpeg_process.pid,
          tap: stream.stream.tap,
          tapAgeMs: ageOf(join(runtimeFolder, 'taps', `${device}.jpg`)),
          recording: recording_status,
        };
      }),
    );
    return {
      ready: system.status,
      actors: actors.map(({ since, ...seen }) => ({ ...seen, ageMs: nowMs - Date.parse(since) })),
      cameras,
    };
  } catch {
    return null;
  }
}

async function pathsOf({ service }: House): Promise<readonly PathSeen[] | null> {
  try {
    const { status, body } = await controlApi(service, 'GET', '/v3/paths/list?itemsPerPage=100', 1500);
    return status === 200 ? (body as { items: PathSeen[] }).items : null;
  } catch {
    return null;
  }
}

function ageOf(file: string): number | null {
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? null : Date.now() - found.mtimeMs;
}

/** What lies in a folder; nothing where there is none. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Sessions that are still to be recorded or filed, as the wishes on disk say. */
export function wishedSessions(dataFolder: string): string[] {
  const { recordings } = JSON.parse(readFileSync(join(dataFolder, 'wishes.json'), 'utf8')) as {
    recordings: { order: { session: string } }[];
  };
  return recordings.map(({ order }) => order.session);
}
