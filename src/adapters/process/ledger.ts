/**
 * The ledger on disk explains the processes that a scan finds: for whom, with which command, about what.
 * An intent stands in it before the process does. It proves nothing (the scan is the truth), and what an
 * earlier boot left in it is void.
 */
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CameraError } from '../../machines/errors.ts';
import { DurableFile } from './durable-file.ts';
import { redactDeep } from './redact.ts';

const entrySchema = z.object({
  role: z.string(),
  owner: z.string(),
  nonce: z.string(),
  /** null: intended, but its spawn was not seen to succeed. */
  pid: z.int().positive().nullable(),
  /** Clock ticks since boot. */
  startTicks: z.int().nonnegative().nullable(),
  bootId: z.string(),
  /** For people, redacted. */
  command: z.string(),
  logFile: z.string(),
  logLimitBytes: z.int().positive(),
  intendedAtMs: z.number(),
  /** Whatever the owner wants to find again, e.g. a capture's plan. No secrets. */
  about: z.record(z.string(), z.unknown()),
});
const fileSchema = z.object({ version: z.literal(1), entries: z.array(entrySchema) });

export type LedgerEntry = Readonly<z.infer<typeof entrySchema>>;

export interface LedgerPlace {
  readonly dataDirectory: string;
  readonly bootId: string;
  /** Hears of each problem once, as a sentence. */
  readonly report?: (problem: string) => void;
}

export class Ledger {
  readonly bootId: string;
  /** Why the newest state is not on disk, one sentence; null while it is. */
  problem: string | null = null;
  readonly #file: DurableFile;
  readonly #report: (problem: string) => void;
  readonly #entries = new Map<string, LedgerEntry>();

  private constructor(path: string, { bootId, report = () => {} }: LedgerPlace) {
    this.#file = new DurableFile(path);
    this.#report = report;
    this.bootId = bootId;
  }

  /** Reads `ledger.json` of the data directory. A broken one is put aside: it only explains. */
  static async open(where: LedgerPlace): Promise<Ledger> {
    const path = join(where.dataDirectory, 'ledger.json');
    const ledger = new Ledger(path, where);
    try {
      const { entries } = fileSchema.parse(JSON.parse(await readFile(path, 'utf8')));
      for (const entry of entries) if (entry.bootId === where.bootId) ledger.#entries.set(entry.nonce, entry);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        await rename(path, `${path}.broken`).catch(() => {});
        ledger.#tell(
          'The ledger of processes was unreadable and was put aside as ledger.json.broken: what runs is found by its marks',
        );
      }
    }
    return ledger;
  }

  /** All entries of this boot, oldest first. */
  entries(): readonly LedgerEntry[] {
    return [...this.#entries.values()];
  }

  find(nonce: string): LedgerEntry | null {
    return this.#entries.get(nonce) ?? null;
  }

  /** Before the spawn. @throws CameraError storage when it is not on disk (it is then still in memory) */
  async intend(entry: Omit<LedgerEntry, 'pid' | 'startTicks' | 'bootId'>): Promise<void> {
    const about = redactDeep(entry.about) as LedgerEntry['about'];
    this.#entries.set(entry.nonce, { ...entry, about, pid: null, startTicks: null, bootId: this.bootId });
    await this.#save();
  }

  /** After the spawn. @throws CameraError storage, as `intend` */
  async complete(nonce: string, pid: number, startTicks: number): Promise<void> {
    const entry = this.#entries.get(nonce);
    if (!entry) return;
    this.#entries.set(nonce, { ...entry, pid, startTicks });
    await this.#save();
  }

  /** Once the process has gone. Never rejects: a stale entry on disk harms nobody. */
  async remove(...nonces: readonly string[]): Promise<void> {
    const known = nonces.filter((nonce) => this.#entries.delete(nonce));
    if (known.length > 0) await this.#save().catch(() => {});
  }

  async #save(): Promise<void> {
    try {
      await this.#file.save(`${JSON.stringify({ version: 1, entries: this.entries() }, null, 1)}\n`);
      this.problem = null;
    } catch (cause) {
      const why = (cause as NodeJS.ErrnoException).code ?? 'unknown';
      const problem = `The ledger of processes could not be written (${why})`;
      this.#tell(problem);
      throw new CameraError('storage', problem, { cause, reason: 'ledger_unwritable' });
    }
  }

  /** Each problem once for as long as it lasts. */
  #tell(problem: string): void {
    if (this.problem === problem) return;
    this.problem = problem;
    this.#report(problem);
  }
}
