/**
 * `npm run charts`: draws every machine of src/machines as Mermaid and as SVG into statecharts/. Machines whose drawings
 * are fresh are left alone. A house test fails when a drawing is older than its machine.
 */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Chart } from '../src/machines/chart.ts';
import { readAllMachines } from './charts/machines.ts';
import { toMermaid } from './charts/mermaid.ts';
import { type Drawn, digestOf, fingerprinter, RECORD_FILE, readRecord, staleness } from './charts/record.ts';
import { sheetsOf } from './charts/sheets.ts';
import { toSvg } from './charts/svg.ts';

const folder = resolve('statecharts');
await mkdir(folder, { recursive: true });
const known = await readRecord(folder);
const fingerprintOf = await fingerprinter();
const record: Record<string, Drawn> = {};
for (const chart of await readAllMachines()) {
  const fingerprint = fingerprintOf(chart);
  const why = await staleness(folder, known[chart.name], fingerprint);
  record[chart.name] = why === null ? known[chart.name]! : await draw(chart, fingerprint);
  const files = Object.keys(record[chart.name]!.files).join(' ');
  console.error(why === null ? `${chart.name}: fresh` : `${chart.name}: drawn, since ${why}: ${files}`);
}
await writeFile(join(folder, RECORD_FILE), `${JSON.stringify(record, null, 2)}\n`);
const wanted = new Set([RECORD_FILE, ...Object.values(record).flatMap((drawn) => Object.keys(drawn.files))]);
for (const file of await readdir(folder)) {
  if (/\.(mmd|svg)$/.test(file) && !wanted.has(file)) await rm(join(folder, file));
}

async function draw(chart: Chart, fingerprint: string): Promise<Drawn> {
  const texts = new Map([[`${chart.name}.mmd`, toMermaid(chart)]]);
  for (const sheet of await sheetsOf(chart))
    texts.set(`${sheet.chart.name}.svg`, toSvg(sheet.chart, sheet.layout));
  for (const [file, text] of texts) await writeFile(join(folder, file), text);
  return { fingerprint, files: Object.fromEntries([...texts].map(([file, text]) => [file, digestOf(text)])) };
}
