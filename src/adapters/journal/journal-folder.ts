/**
 * Lines appended to numbered files of one folder, the oldest files removed. What was handed over is with the kernel a
 * moment later, so it survives our death, not a power cut. A disk that is full or broken costs lines and one sentence
 * in the log, nothing else: nothing waits for it, and no write is tried a second time.
 */
import { writeSync } from 'node:fs';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileName, journalFiles } from './journal-files.ts';

/** Lines that wait for a disk that hangs; more are dropped. */
const WAITING_BYTES = 4_194_304;

export interface JournalSettings {
  readonly folder: string;
  /** A file that has reached this is followed by the next. */
  readonly fileBytes: number;
  /** Files kept, the one being written included. */
  readonly files: number;
  /** Called when lines begin to be lost, and when they are kept again. Never with a path. */
  report(sentence: string): void;
}

export class JournalFolder {
  readonly #settings: JournalSettings;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | null = null;
  #file: FileHandle | null = null;
  #number = 0;
  #sizeBytes = 0;
  /** The last write did not end with a line's end, or may not have. */
  #torn = false;
  #lost = 0;
  #failing = false;

  constructor(settings: JournalSettings) {
    this.#settings = settings;
  }

  /** Lines that were dropped in this life. */
  get lost(): number {
    return this.#lost;
  }

  /** Takes whole lines, each with its end. Returns at once. */
  append(lines: string): void {
    if (this.#waitingBytes + lines.length > WAITING_BYTES) {
      this.#lose(lines, 'the disk does not answer');
      return;
    }
    this.#waiting.push(lines);
    this.#waitingBytes += lines.length;
    this.#writing ??= this.#drain();
  }

  /** Resolves when all that was appended has been written or lost. */
  async written(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
  }

  /** The last words of a process that ends now. Nothing is appended after it. */
  writeNow(): void {
    const text = this.#take();
    if (text === '' || this.#file === null) return;
    try {
      writeSync(this.#file.fd, text);
    } catch {
      // The end of the process is told elsewhere.
    }
  }

  async close(): Promise<void> {
    await this.written();
    await this.#file?.close().catch(() => {});
    this.#file = null;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const text = this.#take();
      try {
        const file = await this.#current();
        await this.#write(file, text);
        this.#kept();
      } catch (error) {
        this.#lose(text, (error as NodeJS.ErrnoException).code ?? 'unknown');
      }
    }
    this.#writing = null;
  }

  #take(): string {
    const text = this.#waiting.join('');
    this.#waiting = [];
    this.#waitingBytes = 0;
    return text;
  }

  async #write(file: FileHandle, text: string): Promise<void> {
    const bytes = Buffer.from(this.#torn ? `\n${text}` : text);
    this.#torn = true;
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await file.write(bytes, done);
      done += bytesWritten;
      this.#sizeBytes += bytesWritten;
    }
    this.#torn = false;
  }

  /** The file to write to: the newest of an earlier life while it has room, then the next number. */
  async #current(): Promise<FileHandle> {
    const { folder, fileBytes, files } = this.#settings;
    if (this.#file !== null && this.#sizeBytes < fileBytes) return this.#file;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const known = await journalFiles(folder);
    const newest = known.at(-1);
    const hasRoom = this.#file === null && newest !== undefined && newest.sizeBytes < fileBytes;
    const number = hasRoom ? newest.number : Math.max(newest?.number ?? 0, this.#number) + 1;
    const file = await open(join(folder, fileName(number)), 'a', 0o600);
    await this.#file?.close().catch(() => {});
    this.#file = file;
    this.#number = number;
    this.#sizeBytes = hasRoom ? newest.sizeBytes : 0;
    // Who was killed within a line left it open.
    this.#torn = hasRoom && newest.sizeBytes > 0;
    for (const old of known.filter((one) => one.number <= number - files))
      await rm(join(folder, old.name), { force: true });
    return file;
  }

  #lose(text: string, why: string): void {
    this.#lost += text.split('\n').length - 1;
    if (this.#failing) return;
    this.#failing = true;
    this.#settings.report(`The journal on disk cannot be written (${why}); the trace is kept in memory only`);
  }

  #kept(): void {
    if (!this.#failing) return;
    this.#failing = false;
    this.#settings.report(`The journal on disk is written again; ${this.#lost} records are missing in it`);
  }
}
