/**
 * Plays rounds as properties of fast-check: one seed and one number make one round. A round that breaks a rule is made smaller
 * by playing parts of it again, each on a new service, as long as there is patience; what is kept is the smallest.
 */
import { rmSync } from 'node:fs';
import fc from 'fast-check';
import { Dice } from '../../src/simulation/dice.ts';
import type { MediaServerKind } from '../../tests/support/media-server.ts';
import type { Transition } from '../../tests/support/service.ts';
import { newTold, type Round, roundsOf } from './commands.ts';
import { House } from './house.ts';
import { Judge, Violation } from './judge.ts';
import { mainProcesses } from './look.ts';
import { Player, type RoundReport } from './play.ts';
import { growthOf, type Resources, resourcesOf } from './resources.ts';
import { StepReader } from './step-reader.ts';

export const STEPS = 30;
const STORY_MS = 30_000;

export interface RoundsWish {
  readonly server: MediaServerKind;
  readonly cameras: number;
  readonly seed: number;
  /** How often a broken round is played again to find a smaller one. */
  readonly shrinks: number;
  /** Where every step of the actors is written; null: nowhere. */
  readonly stepsFile: string | null;
}

/** As fast-check prints them: plays a smaller failure again. */
export interface Replay {
  readonly path: string;
  readonly executed: string;
}

/** What is known of a broken round. */
export interface Failure {
  readonly violation: Violation;
  /** What was done, with times. */
  readonly journal: readonly string[];
  readonly story: readonly Transition[];
  /** Logs, recordings and the trace. */
  readonly folder: string;
}

export type RoundOutcome =
  | { readonly report: RoundReport; readonly held: Resources }
  | { readonly failure: Failure; readonly smaller: number; readonly replay: Replay };

export class Rounds {
  readonly #wish: RoundsWish;
  readonly #names: readonly string[];
  readonly #resources = new Map<string, Resources[]>();
  #house: House | null = null;
  #player: Player | null = null;
  #houses = 0;
  /** The last that failed: fast-check plays only smaller ones after it. */
  #failure: Failure | null = null;
  #failures = 0;
  #isInterrupted = false;
  #report: RoundReport | null = null;
  #held: Resources | null = null;

  constructor(wish: RoundsWish) {
    this.#wish = wish;
    this.#names = Array.from({ length: wish.cameras }, (_, index) => `camera${index}`);
  }

  /** Whether cameras offer H.264, which is copied: half of all seeds. */
  get compressed(): readonly 'H264'[] {
    return this.#wish.seed % 2 === 1 ? ['H264'] : [];
  }

  /** null until the first round. Full disks are left out where there is none. */
  get hasDisks(): boolean | null {
    return this.#house === null ? null : this.#house.recordingsDisk !== null;
  }

  async play(round: number, replay?: Replay): Promise<RoundOutcome> {
    const { seed, cameras, shrinks } = this.#wish;
    this.#failure = null;
    this.#failures = 0;
    let plays = 0;
    const property = fc.asyncProperty(roundsOf(cameras, STEPS, replay?.executed), async (drawn) => {
      plays += 1;
      // Patience is over: nothing smaller is looked for.
      fc.pre(this.#failure === null || (plays <= 1 + shrinks && !this.#isInterrupted));
      await this.#playOne(drawn, this.#names[round % cameras]!);
    });
    const details = await fc.check(property, {
      seed: new Dice(seed, round).between(0, 0x7fff_ffff),
      numRuns: 1,
      // Every round is a first one, and need not be a simple one.
      unbiased: true,
      ...(replay === undefined ? {} : { path: replay.path, endOnFailure: true }),
    });
    if (this.#failure === null) return { report: this.#report!, held: this.#held! };
    const executed = /replayPath="([^"]*)"/.exec(String(details.counterexample?.[0]?.commands))?.[1] ?? '';
    return {
      failure: this.#failure,
      smaller: this.#failures - 1,
      replay: { path: details.counterexamplePath ?? '0', executed },
    };
  }

  /** Somebody ends the run. */
  interrupt(signal: string): void {
    this.#isInterrupted = true;
    this.#house?.judge.condemn('Nobody interrupts it', signal);
  }

  async close(): Promise<void> {
    const house = this.#house;
    this.#house = null;
    this.#player = null;
    await house?.close();
  }

  async #playOne({ openings, commands }: Round, flawless: string): Promise<void> {
    const player = await this.#open();
    const house = this.#house!;
    const perform = async () => {
      for (const step of openings) await player.act(step);
      await fc.asyncModelRun(() => ({ model: newTold(STEPS), real: player }), commands);
    };
    try {
      this.#report = await player.play(perform, flawless);
      this.#held = await this.#checkResources(house);
      if (house.judge.verdict !== null) throw house.judge.verdict;
    } catch (error) {
      await this.#keep(house, player, error);
      await this.close();
      throw error;
    }
  }

  /** One service for many rounds; a new one after a failure. */
  async #open(): Promise<Player> {
    if (this.#player !== null) return this.#player;
    const { server, cameras, stepsFile, seed } = this.#wish;
    const everyStep = stepsFile !== null;
    this.#resources.clear();
    this.#house = await House.open({ server, cameras, compressed: this.compressed, everyStep }, new Judge());
    this.#houses += 1;
    const reader = stepsFile === null ? null : new StepReader(stepsFile, `${server} ${seed} ${this.#houses}`);
    this.#player = new Player(this.#house, this.#names, reader);
    return this.#player;
  }

  async #keep(house: House, player: Player, error: unknown): Promise<void> {
    const violation =
      error instanceof Violation ? error : new Violation('Chaos itself works', `${(error as Error).stack}`);
    if (this.#failure !== null) rmSync(this.#failure.folder, { recursive: true, force: true });
    const devices = new Set(violation.message.match(/camera\d+/g));
    const about = (actor: string) =>
      devices.size === 0 || !/camera\d/.test(actor) || [...devices].some((device) => actor.includes(device));
    this.#failures += 1;
    this.#failure = {
      violation,
      journal: player.journal,
      story: house.story(about, STORY_MS),
      folder: await house.keep(),
    };
  }

  /** @returns what the service holds */
  async #checkResources(house: House): Promise<Resources> {
    const service = { role: 'the service', pid: house.service.pid };
    for (const { role, pid } of [service, ...(await mainProcesses(house.dataId))]) {
      const held = [...(this.#resources.get(role) ?? []), resourcesOf(pid)];
      this.#resources.set(role, held);
      const growth = growthOf(role, held);
      if (growth !== null) house.judge.condemn('Memory and open files are bounded', growth);
    }
    return this.#resources.get(service.role)!.at(-1)!;
  }
}
