/**
 * Sequences of thirty acts that fast-check draws, with the running service and both media servers: the rules of chaos hold all the time,
 * and in the end all comes to rest and every recording is whole. SEQUENCES=50 plays more, SEQUENCE_SEED others;
 * `npm run chaos` is the same without an end, and plays one again.
 */
import { afterAll, expect, test, vi } from 'vitest';
import { storyOf } from '../../scripts/chaos/report.ts';
import { Rounds, STEPS } from '../../scripts/chaos/rounds.ts';
import { describeMediaServers } from '../contract/servers.ts';

const SEED = Number(process.env.SEQUENCE_SEED ?? 20_261_127);
const SEQUENCES = Number(process.env.SEQUENCES ?? 1);
const CAMERAS = 2;

vi.setConfig({ testTimeout: 180_000 * SEQUENCES, hookTimeout: 60_000 });

describeMediaServers('a sequence of acts', (server) => {
  // A smaller failure is looked for by hand.
  const stepsFile = process.env.COVERAGE === '1' ? `.cache/coverage/${server}-sequences.ndjson` : null;
  const wish = { server, cameras: CAMERAS, seed: SEED, shrinks: 0, stepsFile };
  const rounds = new Rounds(wish);
  afterAll(() => rounds.close());

  test('breaks no rule, and all comes to rest', async () => {
    console.log(`sequences on ${server}: seed ${SEED}, ${SEQUENCES} of them (SEQUENCE_SEED, SEQUENCES)`);
    for (let round = 1; round <= SEQUENCES; round += 1) {
      const outcome = await rounds.play(round);
      if ('failure' in outcome) {
        expect.fail(storyOf(round, wish, outcome));
      }
      expect(outcome.report.steps).toBeGreaterThanOrEqual(STEPS);
    }
  });
});
