/** The invariants that hold in every look, whatever is being done. Pure: a look in, complaints out. */
import { DEVICE_ROLES } from '../../src/adapters/ffmpeg/runner.ts';
import type { Finding } from './judge.ts';
import { longestStayMs, PATIENCE } from './limits.ts';
import type { ActorSeen, CameraSeen, Look, Proc } from './look.ts';

/** @param last the look before this one, of the same life of the service; null for the first */
export function complaintsOf(look: Look, last: Look | null): readonly Finding[] {
  return [
    ...doubles(look),
    ...(look.told === null ? [] : look.told.cameras.flatMap((camera) => ofCamera(camera, look, last))),
    ...(look.told === null ? [] : look.told.actors.flatMap((actor) => ofActor(actor))),
  ];
}

/** Never two for one: what has a camera open, the media server, the synthetic cameras. */
function doubles({ after }: Look): Finding[] {
  const owners = new Map<string, number[]>();
  for (const { role, owner, pid } of after) {
    const name = DEVICE_ROLES.includes(role) ? `process that opens ${owner}` : role;
    owners.set(name, [...(owners.get(name) ?? []), pid]);
  }
  return [...owners].flatMap(([name, pids]) =>
    pids.length < 2
      ? []
      : {
          key: `two ${name} ${pids}`,
          invariant: `There is at most one ${name}`,
          evidence: `processes ${pids.join(' and ')} live at the same time`,
          graceMs: 0,
        },
  );
}

const RESTING = ['idle', 'backoff', 'faulted', 'unavailable'];

function ofCamera(camera: CameraSeen, look: Look, last: Look | null): Finding[] {
  const { device, stream, pid } = camera;
  const findings: Finding[] = [];
  const complain = (key: string, invariant: string, evidence: string, graceMs: number) =>
    findings.push({ key: `${device} ${key}`, invariant, evidence: `${device}: ${evidence}`, graceMs });
  const isCapture = (proc: Proc) => proc.role === 'capture' && proc.owner === device;
  const [captureBefore] = look.before.filter(isCapture);
  const [captureAfter] = look.after.filter(isCapture);

  if (RESTING.includes(stream) && captureBefore !== undefined && captureBefore.pid === captureAfter?.pid)
    complain(
      `rests ${captureBefore.pid}`,
      'A stream that rests has no process',
      `the stream is ${stream}, but process ${captureBefore.pid} captures`,
      PATIENCE.processMs,
    );
  if (pid !== null && captureBefore?.pid !== pid && captureAfter?.pid !== pid)
    complain(
      `told ${pid}`,
      'The process that is told is there',
      `${stream} with process ${pid}, but there is ${captureAfter?.pid ?? 'none'}`,
      PATIENCE.processMs,
    );
  if (stream !== 'live.flowing') return findings;

  if (pid === null)
    complain('no pid', 'A live stream has a process', 'live.flowing without one', PATIENCE.processMs);
  if (look.paths !== null) {
    const path = look.paths.find(({ name }) => name === device);
    const before = last?.paths?.find(({ name }) => name === device);
    if (path?.available !== true)
      complain(
        'not available',
        'A stream that flows is there at the media server',
        'live.flowing, but nobody publishes on its path',
        PATIENCE.flowingMs,
      );
    else if (path.inboundBytes === before?.inboundBytes)
      complain(
        `bytes ${path.inboundBytes}`,
        'The bytes of a stream that flows grow',
        `live.flowing, but ${path.inboundBytes} bytes have arrived and no more`,
        PATIENCE.flowingMs,
      );
  }
  if (camera.tap === 'available' && (camera.tapAgeMs === null || camera.tapAgeMs > PATIENCE.flowingMs))
    complain(
      'old tap',
      'The tapped picture of a stream that flows is young',
      `live.flowing with an available tap, but the picture is ${camera.tapAgeMs ?? 'not there'} ms old`,
      PATIENCE.flowingMs,
    );
  return findings;
}

/** Nobody stays longer in a state than its limits allow. */
function ofActor({ actor, machine, state, ageMs, facts }: ActorSeen): Finding[] {
  const limitMs = stayMs(machine, state, facts);
  return limitMs === null || ageMs <= limitMs
    ? []
    : [
        {
          key: `${actor} stays ${state}`,
          invariant: 'Nobody stays in a state longer than its limits allow',
          evidence: `${actor} is in ${state} since ${Math.round(ageMs)} ms, at most ${limitMs}; facts ${JSON.stringify(facts)}`,
          graceMs: 300,
        },
      ];
}

function stayMs(machine: string, state: string, facts: ActorSeen['facts']): number | null {
  // A picture that stands still is only told.
  const late = Array.isArray(facts.late) ? (facts.late as string[]) : [];
  if (machine === 'stream' && state.startsWith('live.suspect') && !late.some((level) => level !== 'picture'))
    return null;
  return longestStayMs(machine, state);
}
