import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { recordPathPattern } from '../../../src/adapters/files/part-names.ts';
import { playFile } from '../../support/mp4.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';
import { until } from '../../support/until.ts';
import { never, order, SESSION, startSession } from './session.ts';

const binary = process.env.MEDIAMTX_BIN;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.once('error', () => resolve(false)).once('connect', () => socket.destroy());
  });
}

/** A real MediaMTX that records what an ffmpeg publishes to it. */
async function startRecorder(recordingsFolder: string) {
  const rtspPort = await freePort();
  const folder = await temporaryFolder();
  const off = ['rtmp', 'hls', 'webrtc', 'srt', 'moq'].map((server) => `${server}: false`);
  const path = [
    'record: true',
    `recordPath: ${recordPathPattern(recordingsFolder, SESSION)}`,
    'recordDeleteAfter: 0s',
  ];
  const settings = [
    `rtspAddress: 127.0.0.1:${rtspPort}`,
    'rtspTransports: [tcp]',
    ...off,
    'paths:',
    '  camera0:',
  ];
  await writeFile(
    join(folder, 'mediamtx.yml'),
    [...settings, ...path.map((line) => `    ${line}`), ''].join('\n'),
  );
  const server = spawn(binary!, [join(folder, 'mediamtx.yml')], { cwd: folder, stdio: 'ignore' });
  onTestFinished(() => void server.kill('SIGKILL'));
  const source = [
    '-re',
    '-f',
    'lavfi',
    '-i',
    'testsrc2=size=320x240:rate=10',
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
  ];
  const target = ['-tune', 'zerolatency', '-g', '10', '-f', 'rtsp', '-rtsp_transport', 'tcp'];
  const url = `rtsp://127.0.0.1:${rtspPort}/camera0`;
  const publish = () => {
    const publisher = spawn('ffmpeg', ['-nostdin', '-loglevel', 'quiet', ...source, ...target, url], {
      stdio: 'ignore',
    });
    onTestFinished(() => void publisher.kill('SIGKILL'));
    return publisher;
  };
  await until(() => answers(rtspPort), { timeoutMs: 5000, what: 'the RTSP port' });
  return { server, publish };
}

test.skipIf(!binary)(
  'what a real MediaMTX recorded, cut off and broken off, becomes one recording that plays',
  async () => {
    const { files, recordingsFolder } = await startSession();
    const { server, publish } = await startRecorder(recordingsFolder);
    const parts = () => files.parts('camera0', SESSION, never);
    const wait = (what: string) => ({ timeoutMs: 15_000, what });

    const first = publish();
    const open = await until(async () => (await parts())[0], wait('a first part'));
    expect(open.durationMs).toBeNull();
    first.kill('SIGKILL');
    const closed = await until(async () => (await parts())[0]?.durationMs, wait('the closed part'));
    expect(closed).toBeGreaterThanOrEqual(1000);

    publish();
    const secondSize = async () => (await parts())[1]?.sizeBytes ?? 0;
    const begun = await until(secondSize, wait('a second part'));
    await until(async () => (await secondSize()) > begun, wait('more of the second part'));
    server.kill('SIGKILL');
    const salvaged = await files.salvage('camera0', SESSION, never);
    expect(salvaged).toHaveLength(2);
    expect(salvaged[0]!.durationMs).toBe(closed);
    expect(salvaged[1]!.durationMs).toBeGreaterThanOrEqual(1000);

    const finished = await files.finalise({ ...order, format: 'mkv' }, never);
    expect(finished).toMatchObject({ format: 'mkv', warning: null, parts: [{ file: `${SESSION}.mkv` }] });
    expect(finished.startedAtMs).toBe(salvaged[0]!.startedAtMs);
    const { frames, errors } = playFile(join(recordingsFolder, `${SESSION}.mkv`));
    expect(errors).toBe('');
    expect(frames).toBe(Math.round(finished.durationMs / 100));
  },
  60_000,
);
