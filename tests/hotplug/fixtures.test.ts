/** The fixtures of the V4L2 parsers are what the installed v4l2-ctl really prints. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseFormats } from '../../src/adapters/v4l2/parse-formats.ts';
import { parseInfo } from '../../src/adapters/v4l2/parse-info.ts';
import { KNOWN_DEVICES } from './known-devices.ts';
import { platformCamera } from './mocked-cameras.ts';
import { announce } from './requirement.ts';
import { Testbed } from './testbed.ts';
import type { KnownDevice } from './v4l2-answers.ts';

const FOLDER = `${import.meta.dirname}/../adapters/v4l2/fixtures`;
const REWRITE = process.env.V4L2_FIXTURES === 'rewrite';

const missing = announce();

describe.skipIf(missing !== null)('the fixtures of the V4L2 parsers', () => {
  let testbed: Testbed;
  beforeAll(async () => {
    testbed = await Testbed.start();
  });
  afterAll(async () => {
    await testbed?.stop();
  });

  const devices = Object.entries<KnownDevice>(KNOWN_DEVICES);
  test.each(devices)(
    '"%s" is read from what v4l2-ctl prints now just as from the fixture',
    async (name, known) => {
      const camera = platformCamera(`mock.${name}`, name, { 0: known.answers });
      await testbed.plug(camera);
      const printed = await printedBy(testbed).finally(() => testbed.unplug(camera));
      if (REWRITE) await writeFile(`${FOLDER}/${name}.txt`, `${headOf(known)}\n${printed}`);
      const fixture = await readFile(`${FOLDER}/${name}.txt`, 'utf8');
      // By meaning and not by letter: another version may print another layout and still be read.
      expect(parseInfo(printed)).toEqual(parseInfo(fixture));
      expect(parseFormats(printed)).toEqual(parseFormats(fixture));
      expect(parseInfo(printed)).toMatchObject({ card: known.answers.card, driver: known.answers.driver });
      expect(parseFormats(printed)).toHaveLength(known.answers.formats.length);
    },
  );
});

async function printedBy(testbed: Testbed): Promise<string> {
  const args = ['-d', '/dev/video0', '--info', '--list-formats-ext'];
  const env = { ...testbed.environment, LC_ALL: 'C' };
  return (await promisify(execFile)('v4l2-ctl', args, { env })).stdout;
}

function headOf(known: KnownDevice): string {
  const day = new Date().toISOString().slice(0, 10);
  return [
    `# ${known.device}. Facts: ${known.source}.`,
    `# Printed by v4l2-ctl 1.22.1 for a umockdev device with these facts, ${day}.`,
  ].join('\n');
}
