/** Plays one round: its steps, calm, rest, the recordings' check, and a recording that must be flawless. */
import { performance } from 'node:perf_hooks';
import { untilListed } from '../../tests/support/recordings.ts';
import type { Stage } from './commands.ts';
import { Diary } from './diary.ts';
import { Hands, pause } from './hands.ts';
import { camerasOf, Hearing } from './hearing.ts';
import type { House } from './house.ts';
import { PATIENCE } from './limits.ts';
import { type Look, lookAt } from './look.ts';
import { Orders } from './orders.ts';
import { leftoversOf, unrestOf } from './rest.ts';
import { complaintsOf } from './rules.ts';
import { type Step, wordsOf } from './script.ts';
import { checkShelf, clearShelf } from './shelf.ts';
import type { StepReader } from './step-reader.ts';
import { Visitors } from './visitors.ts';

const LOOK_EVERY_MS = 250;

export interface RoundReport {
  readonly steps: number;
  readonly looks: number;
  readonly recordings: number;
  readonly frames: number;
  readonly failedRecordings: number;
  readonly answered: number;
  readonly refused: number;
  readonly lost: number;
  /** From calm until everything was at rest. */
  readonly restMs: number;
  readonly lives: number;
}

export class Player implements Stage {
  readonly #house: House;
  readonly #diary = new Diary();
  readonly #cameras: readonly string[];
  readonly #visitors: Visitors;
  /** null: nobody wants to know which transitions were taken. */
  readonly #reader: StepReader | null;
  #orders: Orders;
  #hands: Hands;
  #looks = 0;
  #steps = 0;
  /** Of the present life; null until it listens. */
  #hearing: Hearing | null = null;
  #heardLife = 0;
  /** What was done in this round, with times. */
  journal: string[] = [];

  constructor(house: House, cameras: readonly string[], reader: StepReader | null = null) {
    this.#house = house;
    this.#cameras = cameras;
    this.#reader = reader;
    this.#visitors = new Visitors(house);
    this.#orders = new Orders(house, this.#diary);
    this.#hands = new Hands(house, this.#diary, this.#orders, this.#visitors);
  }

  /**
   * @param perform does the steps, one after the other, by `act`
   * @throws Violation, the first that the judge finds
   */
  async play(perform: () => Promise<void>, flawless: string): Promise<RoundReport> {
    this.journal = [];
    this.#looks = 0;
    this.#steps = 0;
    this.#orders = new Orders(this.#house, this.#diary);
    this.#hands = new Hands(this.#house, this.#diary, this.#orders, this.#visitors);
    const stop = new AbortController();
    const watching = this.#watch(stop.signal);
    const playing = this.#play(perform, flawless);
    try {
      return await Promise.race([playing, this.#house.judge.violated]);
    } finally {
      // What is being done is done to the end: nobody else acts meanwhile.
      await Promise.race([playing.catch(() => undefined), pause(PATIENCE.stopMs)]);
      stop.abort();
      this.#visitors.goHome();
      await watching;
    }
  }

  async act(step: Step): Promise<void> {
    const { judge } = this.#house;
    // Who was condemned is not asked to go on.
    if (judge.verdict !== null) throw judge.verdict;
    this.#steps += 1;
    this.#note(wordsOf(step));
    await this.#hands.do(step);
    await pause(step.thenWaitMs);
    if (judge.verdict !== null) throw judge.verdict;
  }

  async #play(perform: () => Promise<void>, flawless: string): Promise<RoundReport> {
    const house = this.#house;
    const orders = this.#orders;
    const livesBefore = house.life;
    await perform();
    this.#note('calm');
    await this.#hands.calm(this.#cameras);
    const calmMs = performance.now();
    await this.#rest('late parts may lie there');
    const restMs = Math.round(performance.now() - calmMs);
    this.#note(`at rest after ${restMs} ms`);
    const judged = new Set<string>();
    const report = await checkShelf(house, this.#diary, judged);
    this.#diary.turnPage();
    await this.#recordOne(orders, flawless);
    // What came after the end of a session is removed with the end of the next one.
    await this.#rest('all parts are collected');
    const last = await checkShelf(house, this.#diary, judged);
    await clearShelf(house);
    if (last.recordings !== 1)
      house.judge.condemn('After rest a recording works', `${last.recordings} recordings instead of one`);
    this.#diary.turnPage();
    house.turnPage();
    const { done, refused, lost } = orders.tally;
    return {
      steps: this.#steps,
      looks: this.#looks,
      recordings: report.recordings + last.recordings,
      frames: report.frames + last.frames,
      failedRecordings: report.failed,
      answered: done,
      refused,
      lost,
      restMs,
      lives: house.life - livesBefore,
    };
  }

  /** Waits for it. A session that could not be filed for want of space is filed by itself, once there is some. */
  async #rest(how: 'late parts may lie there' | 'all parts are collected'): Promise<void> {
    const deadlineMs = performance.now() + PATIENCE.restMs;
    for (;;) {
      const left = await leftoversOf(this.#house);
      const seen =
        how === 'all parts are collected' ? left : { ...left, parts: left.parts.filter(this.#isInTime) };
      const unrest = unrestOf(await lookAt(this.#house), seen, this.#cameras);
      if (unrest.length === 0) return this.#compareWithTold();
      if (performance.now() > deadlineMs) {
        const limit = `${PATIENCE.restMs} ms`;
        this.#house.judge.condemn(`Everything is at rest within ${limit} after calm`, unrest.join('; '));
      }
      if (this.#house.judge.verdict !== null) return;
      await pause(LOOK_EVERY_MS);
    }
  }

  /** Not recorded after the end of its session, by a media server that stood still while it was told. */
  #isInTime = (part: string): boolean => {
    const [, session = '', seconds] = /([^/]+)_(\d+)-\d+\.mp4$/.exec(part) ?? [];
    const end = this.#house.story((actor) => actor === `recording:${session}`, 600_000);
    const endedAt = end.findLast(({ to }) => to === 'finalising')?.time;
    return endedAt === undefined || Number(seconds) * 1000 + 999 < Date.parse(endedAt);
  };

  /** What a client was told one by one is what it would be told now. */
  async #compareWithTold(): Promise<void> {
    if (this.#hearing === null) return;
    const differences = this.#hearing.differences(await camerasOf(this.#house.service.client));
    if (differences.length > 0)
      this.#house.judge.condemn('Notifications in order end where asking does', differences.join('; '));
  }

  /** One listener a life. It may end while it begins to listen. */
  async #listen(): Promise<void> {
    const house = this.#house;
    if (!house.isUp || this.#heardLife === house.life) return;
    const { life } = house;
    this.#heardLife = life;
    this.#hearing = null;
    try {
      const hearing = await Hearing.to(house.service.client);
      if (life === house.life) this.#hearing = hearing;
    } catch {
      // This life has ended: the next one is listened to.
    }
  }

  async #recordOne(orders: Orders, camera: string): Promise<void> {
    this.#note(`a recording of 2 s on ${camera}`);
    const session = await orders.startRecording(camera, 'fmp4', 2);
    if (session === null)
      return this.#house.judge.condemn('After rest a recording works', `${camera} was not recorded`);
    try {
      await untilListed(this.#house.service, session);
    } catch (error) {
      this.#house.judge.condemn('After rest a recording works', (error as Error).message);
    }
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { judge } = this.#house;
    let last: Look | null = null;
    let life = 0;
    while (!signal.aborted) {
      const fresh = life !== this.#house.life;
      life = this.#house.life;
      await this.#listen();
      const look = await lookAt(this.#house);
      for (const line of this.#house.defects()) judge.condemn('The log tells of no defect', line);
      // A look that began in one life and ended in another compares two worlds.
      if (life === this.#house.life) judge.hear(complaintsOf(look, fresh ? null : last), look.atMs);
      await this.#reader?.read(this.#house);
      last = look;
      this.#looks += 1;
      await pause(LOOK_EVERY_MS);
    }
  }

  #note(words: string): void {
    this.journal.push(`${new Date().toISOString().slice(11, 23)} ${words}`);
  }
}
