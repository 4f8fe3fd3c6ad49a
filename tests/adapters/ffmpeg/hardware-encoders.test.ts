/** Encoders are believed only after they made pictures. A script plays the ffmpeg of a host that has some. */
import { appendFile, chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { trialArguments } from '../../../src/adapters/ffmpeg/command.ts';
import { TriedEncoders } from '../../../src/adapters/ffmpeg/hardware-encoders.ts';
import { run } from '../../../src/adapters/process/program-run.ts';
import type { CapturePlan, HardwareEncoder } from '../../../src/machines/values.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';
import { ENCODING } from './stage.ts';

/** @param works lines of shell; `$*` are ffmpeg's arguments */
async function host(works: string, parts: { render?: readonly string[]; names?: readonly string[] } = {}) {
  const folder = await temporaryFolder();
  const ffmpeg = join(folder, 'ffmpeg');
  await writeFile(ffmpeg, `#!/bin/sh\necho "$*" >> ${folder}/asked\n${works}\n`);
  await chmod(ffmpeg, 0o755);
  await appendFile(join(folder, 'asked'), '');
  const renderNodesFolder = join(folder, 'dri');
  const videoNodesFolder = join(folder, 'video4linux');
  await mkdir(renderNodesFolder);
  for (const name of parts.render ?? []) await writeFile(join(renderNodesFolder, name), '');
  for (const [index, name] of (parts.names ?? []).entries()) {
    await mkdir(join(videoNodesFolder, `video${index}`), { recursive: true });
    await writeFile(join(videoNodesFolder, `video${index}`, 'name'), `${name}\n`);
  }
  const reports: [HardwareEncoder['name'], string | null][] = [];
  const encoders = new TriedEncoders({
    ...{ ffmpeg, encoding: ENCODING, timeoutMs: 5000, renderNodesFolder, videoNodesFolder },
    report: ({ name }, problem) => void reports.push([name, problem]),
  });
  const asked = async () => (await readFile(join(folder, 'asked'), 'utf8')).split('\n').slice(0, -1);
  return { encoders, reports, asked, renderNodesFolder };
}

describe('encoders of the hardware', () => {
  test('are none where nothing looks like one, and nothing is started to find that out', async () => {
    const { encoders, asked } = await host('exit 0', { render: ['card0'], names: ['HD Webcam C270'] });
    expect(await encoders.find()).toEqual([]);
    expect(await asked()).toEqual([]);
  });

  test('are tried once, on their own node', async () => {
    const parts = { render: ['renderD129', 'renderD128', 'card0'], names: ['bcm2835-codec-encode'] };
    const { encoders, asked, renderNodesFolder } = await host('exit 0', parts);
    const found = await encoders.find();
    expect(found).toEqual([
      { name: 'h264_vaapi', devicePath: `${renderNodesFolder}/renderD128` },
      { name: 'h264_v4l2m2m', devicePath: null },
    ]);
    expect(await encoders.find()).toBe(found);
    expect(await asked()).toHaveLength(3);
    expect((await asked())[0]).toContain(`-vaapi_device ${renderNodesFolder}/renderD128`);
    expect((await asked())[0], 'what a capture would ask of it').toContain('-profile:v constrained_baseline');
  });

  test('that make no picture are none, and the report says why', async () => {
    const works = 'case "$*" in *renderD128*) echo "No VA display found." >&2; exit 1;; *) exit 0;; esac';
    const { encoders, reports, renderNodesFolder } = await host(works, {
      render: ['renderD128', 'renderD129'],
    });
    expect(await encoders.find()).toEqual([
      { name: 'h264_vaapi', devicePath: `${renderNodesFolder}/renderD129` },
    ]);
    expect(reports).toEqual([
      ['h264_vaapi', 'No VA display found.'],
      ['h264_vaapi', null],
    ]);
  });
});

test('a real ffmpeg without such hardware says so in its own words', async () => {
  const { renderNodesFolder } = await host('exit 0', { render: ['renderD128'] });
  const reports: (string | null)[] = [];
  const encoders = new TriedEncoders({
    ...{ ffmpeg: 'ffmpeg', encoding: ENCODING, timeoutMs: 20_000, renderNodesFolder },
    videoNodesFolder: join(renderNodesFolder, 'none'),
    report: (_, problem) => void reports.push(problem),
  });
  expect(await encoders.find()).toEqual([]);
  expect(reports).toEqual([expect.stringMatching(/\w/)]);
});

test('what a trial asks is asked well: an encoder that every ffmpeg has passes it', async () => {
  const plan: CapturePlan = {
    ...{ cameraId: 'trial', cameraName: '', origin: 'synthetic', devicePath: '', fourcc: 'YUYV' },
    ...{ widthPx: 320, heightPx: 240, rateFps: 10, tapFrom: 'all' },
    ...{ encoder: 'libx264', encoderDevicePath: null },
  };
  const how = { timeoutMs: 20_000, signal: new AbortController().signal };
  expect(await run('ffmpeg', trialArguments(plan, ENCODING), how)).toMatchObject({ exitCode: 0, stderr: '' });
});
