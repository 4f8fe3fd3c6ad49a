import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openApi } from '../support/open-api.ts';
import { startCamctl } from '../support/run-camctl.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { traceRecord } from '../support/trace-records.ts';
import { until } from '../support/until.ts';

async function open() {
  const opened = await openApi();
  const camctl = (...words: string[]) =>
    startCamctl(words, { CAMCTL_URL: opened.url, CAMCTL_KEY: opened.keyOf.admin });
  return { ...opened, camctl };
}

test('trace prints a line per record with its cause, timers and trouble', async () => {
  const { door, camctl } = await open();
  const life = { pid: 42, version: '0.1.0', bootId: 'b' };
  door.record(
    traceRecord({ seq: 1, kind: 'life', life }),
    traceRecord({
      ...{ seq: 2, cause: 1, payload: 'path: null', from: '', to: 'backoff', ended: 'done' },
      ...{ delays: [{ name: 'backoff', durationMs: 1500 }], trouble: 'It ended.' },
    }),
  );
  const run = camctl('trace');
  expect(await run.code).toBe(0);
  expect(run.out().trimEnd().split('\n')).toEqual([
    '1 04:28:00.000 ---- the service 0.1.0 starts, pid 42, 2025-11-23 ----',
    '2 04:28:00.000 stream:camera0 (new) -> backoff; by path.observed {path: null}; because of 1; waits: backoff 1.5 s; trouble: It ended.; ended (done)',
  ]);
});

test('trace --follow prints what is there and then each record once, until it is interrupted', async () => {
  const { door, camctl } = await open();
  door.record(traceRecord({ seq: 1 }), traceRecord({ seq: 2 }));
  const run = camctl('--json', 'trace', '--follow', '--limit', '1');
  const seqs = () =>
    run
      .out()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).seq);
  await until(() => seqs().length === 1, { what: 'the newest record' });
  for (let seq = 3; seq < 10; seq += 1) door.record(traceRecord({ seq }));
  await until(() => seqs().length === 8, { what: 'what came' });
  expect(seqs()).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  run.interrupt();
  expect(await run.code).toBe(130);
});

test('export-trace writes records, actors and the charts they need into a file for its owner alone', async () => {
  const { door, camctl } = await open();
  const count = 2300;
  door.record(
    ...Array.from({ length: count }, (_, index) => traceRecord({ seq: index + 1, machine: 'kettle' })),
  );
  door.actorsNow = [
    {
      ...{ actor: 'kettle', machine: 'kettle', parent: null, state: 'idle', states: ['kettle.idle'] },
      ...{ sinceAtMs: 0, timers: [], facts: {} },
    },
  ];
  const file = join(await temporaryFolder(), 'story.json');
  const run = camctl('export-trace', file);
  expect(await run.code, run.err()).toBe(0);
  const content = JSON.parse(readFileSync(file, 'utf8'));
  expect(content).toMatchObject({
    format: 'camera-service-trace',
    version: 1,
    actors: [{ actor: 'kettle' }],
  });
  expect(content.records.map(({ seq }: { seq: number }) => seq)).toEqual(
    Array.from({ length: count }, (_, index) => index + 1),
  );
  expect(content.charts.kettle.states[0].id).toBe('kettle');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const again = camctl('export-trace', file);
  expect(await again.code).toBe(1);
  expect(again.err()).toContain('exists');
});
