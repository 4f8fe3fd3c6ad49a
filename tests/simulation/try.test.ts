import { test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { drawFailures } from '../../src/simulation/failures.ts';
import { live } from '../../src/simulation/life.ts';
test('try', async () => {
  const config = loadConfig({ file: null, environment: {} });
  const days = Number(process.env.DAYS ?? 1), cameras = Number(process.env.CAMERAS ?? 1);
  const durationMs = days * 86_400_000;
  const failures = drawFailures({ seed: 1, cameras, durationMs, perDay: {} }, 3_600_000);
  const t = performance.now();
  const o = await live({ config, seed: 1, cameras, durationMs, failures, skipLooks: process.env.FULL === undefined });
  console.log(failures.length, (performance.now() - t).toFixed(0), 'ms', JSON.stringify(o, null, 1));
}, 300_000);
