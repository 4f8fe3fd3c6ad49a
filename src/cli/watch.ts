/**
 * `camctl watch`: the table of cameras, redrawn when something changed. Notifications say when to look; a look each
 * second shows what they do not tell (streams that start and stop).
 */
import { type CameraList, type CameraRow, cameraTable } from './camera-table.ts';
import { CliError } from './cli-error.ts';
import type { Client } from './client.ts';
import type { CommandIo } from './io.ts';

const LOOK_INTERVAL_MS = 1000;
const HOME_AND_CLEAR = '\u001b[H\u001b[J';

/** Runs until the signal aborts. @throws CliError when the connection ends */
export async function watch(
  client: Client,
  io: CommandIo,
  asJson: boolean,
  signal: AbortSignal,
): Promise<void> {
  const show = asJson ? jsonLines(io) : redraw(io);
  let wake: () => void = () => undefined;
  const stops = ['camera_status_update', 'recording_status_update', 'lagged'].map((name) =>
    client.on(name, () => wake()),
  );
  let ended = false;
  void client.closed.then(() => {
    ended = true;
    wake();
  });
  try {
    while (!signal.aborted && !ended) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      show(await client.call<CameraList>('get_camera_list'));
      await either(woken, signal);
    }
  } finally {
    for (const stop of stops) stop();
  }
  if (!signal.aborted)
    throw new CliError('The service closed the connection', 'Start watch again when it is back.');
}

/** Until woken, aborted, or time for the next look. */
function either(woken: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, LOOK_INTERVAL_MS);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
    void woken.then(done);
  });
}

function redraw(io: CommandIo): (list: CameraList) => void {
  let drawn = '';
  return (list) => {
    const text = `${list.connected} of ${list.total} cameras connected\n\n${cameraTable(list)}\n`;
    if (text === drawn) return;
    drawn = text;
    io.out(io.isTerminal ? `${HOME_AND_CLEAR}${text}` : `${text}\n`);
  };
}

/** One line per camera that changed; the first look prints every camera. */
function jsonLines(io: CommandIo): (list: CameraList) => void {
  let known = new Map<string, string>();
  return ({ cameras }) => {
    const now = new Map(cameras.map((camera) => [camera.device, JSON.stringify(camera)]));
    for (const [device, text] of now) if (known.get(device) !== text) io.out(`${text}\n`);
    for (const [device, text] of known) {
      if (!now.has(device))
        io.out(`${JSON.stringify({ ...(JSON.parse(text) as CameraRow), status: 'FORGOTTEN' })}\n`);
    }
    known = now;
  };
}
