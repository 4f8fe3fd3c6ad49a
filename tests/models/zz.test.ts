import { test } from 'vitest';
import { drawWalks, walkFake } from './walks.ts';

test('try', { timeout: 900_000 }, async () => {
  let t = performance.now();
  const w = await walkFake([
    'record',
    'killCapture',
    'unplug',
    'plug',
    'killService',
    'pauseServer',
    'continueServer',
    'stopRecording',
  ]);
  console.log(performance.now() - t, w.transitions.size);
  for (const s of w.steps) console.log(s.act, JSON.stringify(s.standing));
  t = performance.now();
  for (const n of [2]) {
    const walks = await drawWalks(n, 40);
    console.log(
      n,
      performance.now() - t,
      walks.length,
      new Set(walks.flatMap((w) => [...w.transitions])).size,
    );
    for (const w of walks)
      console.log(
        w.steps.map((s) => s.act).join(' '),
        w.transitions.size,
        JSON.stringify(w.steps.at(-1)!.standing),
      );
  }
});
