/**
 * fast-check's commands, so many of them that a sequence has its length: its own may be few from the beginning. Only when a
 * failure is made smaller they become few.
 */
import fc from 'fast-check';

/**
 * @param steps so many can be done; commands whose `check` says no are left out, so more are drawn, and the model counts
 * @param replayPath what fast-check printed beside the path of a smaller failure
 */
export function longCommands<Model extends object, Real>(
  commands: fc.Arbitrary<fc.AsyncCommand<Model, Real>>[],
  steps: number,
  replayPath?: string,
): fc.Arbitrary<Iterable<fc.AsyncCommand<Model, Real>>> {
  const replay = replayPath === undefined ? {} : { replayPath };
  // About a quarter of them cannot be done where it stands.
  return new Long(fc.commands(commands, { maxCommands: steps * 4, size: 'max', ...replay }), steps * 2);
}

class Long<Item> extends fc.Arbitrary<Iterable<Item>> {
  readonly #any: fc.Arbitrary<Iterable<Item>>;
  readonly #least: number;

  constructor(any: fc.Arbitrary<Iterable<Item>>, least: number) {
    super();
    this.#any = any;
    this.#least = least;
  }

  override generate(random: fc.Random, biasFactor: number | undefined): fc.Value<Iterable<Item>> {
    for (;;) {
      const drawn = this.#any.generate(random, biasFactor);
      // Not by `value`: whoever reads that first gets the commands that note which of them ran.
      if ([...drawn.value_].length >= this.#least) return drawn;
    }
  }

  override canShrinkWithoutContext(value: unknown): value is Iterable<Item> {
    return this.#any.canShrinkWithoutContext(value);
  }

  override shrink(value: Iterable<Item>, context: unknown): fc.Stream<fc.Value<Iterable<Item>>> {
    return this.#any.shrink(value, context);
  }
}
