/**
 * The flight recorder: keeps the newest records in memory and hands them, a batch every few milliseconds, to the journal
 * on disk and to those who listen. What costs (texts, redaction, JSON) is done in the batch and never in an actor's step.
 * Which steps are worth a record is the journal's judgement.
 */
import { recordForm, recordOfText } from '../api/shapes/trace-shape.ts';
import type {
  LifeFacts,
  StartedDelay,
  Trace,
  TraceBatch,
  TraceQuery,
  TraceRecord,
} from '../api/trace-view.ts';
import type { Clock } from '../machines/ports.ts';
import { cleanText, eventSummary } from './event-summary.ts';
import { actionNames, type Microstep } from './step-actions.ts';
import { delayName, type StartedTimer } from './timers.ts';
import { selectRecords } from './trace-query.ts';

/** What an earlier life told clients and could not write any more keeps its numbers. */
const GAP = 1000;
/** Records leave memory by this share of what is kept: moving the others each time would cost more. */
const SLICE_SHARE = 1 / 16;
/** A burst does not pile up events: this many are put into words at once. */
const MOST_WAITING = 5000;
const LONGEST_TROUBLE = 400;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What is known of a step at once; the rest is made in the batch. */
export type DraftRecord = Omit<
  TraceRecord,
  'seq' | 'atMs' | 'monoMs' | 'payload' | 'actions' | 'delays' | 'kind' | 'life'
>;

/** What the batch makes texts of. */
export interface RawStep {
  readonly event: object;
  readonly microsteps: readonly Microstep[];
  readonly timers: readonly StartedTimer[];
}

/** Where batches are kept: the journal on disk. */
export interface LineSink {
  append(lines: string): void;
}

export interface RecorderSettings {
  readonly clock: Clock;
  /** Records kept in memory. */
  readonly memoryRecords: number;
  readonly batchMs: number;
  /** null: in memory only. */
  readonly disk: LineSink | null;
  /** Values that are hidden wherever they stand; may grow. */
  readonly secrets: readonly string[];
  /** Also the steps that change nothing anybody would ask for: to see which transitions were taken. */
  readonly everyStep?: boolean;
}

const NONE = [] as const;

interface Waiting extends RawStep {
  readonly record: Writable<TraceRecord>;
}

export class Recorder {
  readonly #settings: RecorderSettings;
  readonly #listeners = new Set<(batch: TraceBatch) => void>();
  #records: TraceRecord[] = [];
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | null = null;
  #lastSeq = 0;
  #lifeSeq = 1;

  constructor(settings: RecorderSettings) {
    this.#settings = settings;
  }

  get everyStep(): boolean {
    return this.#settings.everyStep === true;
  }

  /** Of the newest record; 0: there is none. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /**
   * Before anything is recorded: what earlier lives left on disk, and where this one begins.
   * @param lines oldest first; what is no record is left out
   */
  begin(lines: readonly string[], life: LifeFacts): void {
    const earlier = lines.slice(-this.#settings.memoryRecords).flatMap((line) => recordOfText(line) ?? []);
    this.#records = earlier;
    const last = earlier.at(-1)?.seq;
    this.#lastSeq = last === undefined ? 0 : last + GAP;
    this.#lifeSeq = this.#lastSeq + 1;
    const begun: DraftRecord = {
      ...{ actor: 'service', machine: 'service', event: 'life.begun', from: '', to: '', states: NONE },
      ...{ source: null, cause: null, correlationId: null, trouble: null, ended: null },
    };
    this.#put(begun, 'life', life, { event: {}, microsteps: NONE, timers: NONE });
    this.flush();
  }

  /** @param raw is put into words with the batch */
  add(draft: DraftRecord, raw: RawStep): TraceRecord {
    const record = this.#put(draft, 'step', null, raw);
    if (this.#waiting.length >= MOST_WAITING) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), this.#settings.batchMs).unref();
    return record;
  }

  /** A record of this life that is still kept. */
  record(seq: number): TraceRecord | undefined {
    return seq < this.#lifeSeq ? undefined : this.#records[this.#records.length - 1 - (this.#lastSeq - seq)];
  }

  trace(query: TraceQuery): Trace {
    this.flush();
    const { records, more } = selectRecords(this.#records, query);
    return { records, more, lastSeq: this.#lastSeq, firstSeq: this.#records[0]?.seq ?? 0 };
  }

  /** Called with each batch. Never let it throw. */
  onBatch(listener: (batch: TraceBatch) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Puts what waits into words, and hands it on. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    const { secrets, disk } = this.#settings;
    const texts = waiting.map(({ record, event, microsteps, timers }) => {
      record.payload = eventSummary(event, secrets);
      record.actions = actionNames(microsteps);
      record.delays = timers.map(delayOf);
      if (record.trouble !== null) record.trouble = cleanText(record.trouble, secrets, LONGEST_TROUBLE);
      return JSON.stringify(recordForm(record));
    });
    disk?.append(`${texts.join('\n')}\n`);
    const batch = { records: waiting.map(({ record }) => record), texts };
    for (const listener of this.#listeners) listener(batch);
  }

  /** Field by field, as in recordForm, and for the same reason. */
  #put(
    draft: DraftRecord,
    kind: TraceRecord['kind'],
    life: LifeFacts | null,
    { event, microsteps, timers }: RawStep,
  ): TraceRecord {
    const { clock, memoryRecords } = this.#settings;
    this.#lastSeq += 1;
    const record: Writable<TraceRecord> = {
      seq: this.#lastSeq,
      kind,
      atMs: clock.wallMs(),
      monoMs: clock.monoMs(),
      actor: draft.actor,
      machine: draft.machine,
      event: draft.event,
      payload: null,
      from: draft.from,
      to: draft.to,
      states: draft.states,
      source: draft.source,
      cause: draft.cause,
      actions: NONE,
      delays: NONE,
      correlationId: draft.correlationId,
      trouble: draft.trouble,
      ended: draft.ended,
      life,
    };
    this.#records.push(record);
    this.#waiting.push({ record, event, microsteps, timers });
    const slice = Math.ceil(memoryRecords * SLICE_SHARE);
    if (this.#records.length >= memoryRecords + slice) this.#records.splice(0, slice);
    return record;
  }
}

function delayOf({ eventType, durationMs }: StartedTimer): StartedDelay {
  return { name: delayName(eventType), durationMs };
}
