/**
 * Proofs on the product of service, camera, stream, path, recording and media server, as far as it can be gone through.
 * The size is printed; PRODUCT_LIMIT takes more steps. And broken copies are caught by the same looks.
 */
import { expect, test } from 'vitest';
import { Product, statesOf } from './product.ts';
import { BenignLife, brokenRules, lateStops, speechless, STOPS } from './product-rules.ts';
import { type Found, pathOf, walk } from './product-walk.ts';

const LIMIT = Number(process.env.PRODUCT_LIMIT ?? 100_000);

test('scratch', { timeout: 600_000 }, () => {
  const product = new Product();
  const cpu = () => process.cpuUsage().user / 1000; let t = cpu();
  const lap = (what: string) => { console.log(what, Math.round(cpu() - t)); t = cpu(); };
  const w = walk(product, LIMIT);
  lap(`walk ${w.found.length} ${w.steps} ${w.levelsDone} ${w.frontier} ${w.states}`);
  const report = (name: string, of: (one: Found) => readonly string[]) => {
    const bad = new Map<string, [number, Found]>();
    for (const one of w.found) for (const what of of(one)) { const k = what; const o = bad.get(k); bad.set(k, [(o?.[0] ?? 0) + 1, o?.[1] ?? one]); }
    lap(`${name}: ${bad.size}`);
    for (const [what, [n, one]] of [...bad].slice(0, 12)) console.log('   ', n, what, '\n        ', pathOf(one));
  };
  report('rules', ({ joint }) => brokenRules(joint));
  report('speech', ({ joint }) => speechless(joint));
  const life = new BenignLife(product);
  report('traps', ({ joint }) => { const trap = life.trap(joint); return trap === null ? [] : [trap]; });
  const each = new Map(w.found.map((one) => [statesOf(one.joint), one]));
  for (const stop of STOPS) report(stop.name, (one) => each.get(statesOf(one.joint)) === one ? lateStops(product, one.joint, stop) : []);
  expect(1).toBe(1);
});
