/**
 * Log files of data-plane processes: opened for appending, so that the process writes on without us, and cut back
 * when they outgrow their limit. While no service runs nobody cuts them; the next life does.
 */
import { constants } from 'node:fs';
import { mkdir, open, stat, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';

/** At most this much of the end is kept when a log is cut. */
const KEPT_BYTES = 65_536;
const CHECK_INTERVAL_MS = 2000;
const HEADLINE = /^=== \S+ .* ===$/;

/** Where a process's words go. The caller closes `fd` once the process holds it. */
export async function openLog(path: string, limitBytes: number, title: string) {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await trimLog(path, limitBytes);
  const file = await open(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, 0o600);
  // A headline for each start keeps the words of one process apart from those of the one before.
  await file.write(`=== ${new Date().toISOString()} ${title} ===\n`).catch(() => {});
  return file;
}

/** Cuts a log that is larger than its limit back to its last lines. A missing log is fine. */
export async function trimLog(path: string, limitBytes: number): Promise<void> {
  const sizeBytes = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (sizeBytes <= limitBytes) return;
  const kept = await readTail(path, Math.min(KEPT_BYTES, Math.floor(limitBytes / 4)));
  // The writer holds the file open for appending, so it goes on at the new end.
  await truncate(path, 0);
  const file = await open(path, 'a');
  try {
    await file.write(`[cut at ${sizeBytes} bytes]\n${kept.slice(kept.indexOf('\n') + 1)}`);
  } finally {
    await file.close();
  }
}

/** The end of what the newest process wrote; empty where there is no log. @param bytes at most this many */
export async function lastWords(path: string, bytes: number): Promise<string> {
  const lines = (await readTail(path, bytes)).split('\n');
  const headline = lines.findLastIndex((line) => HEADLINE.test(line));
  return lines
    .slice(headline + 1)
    .join('\n')
    .trim();
}

/** Looks after the logs of living processes until they are gone. Its timer keeps no program alive. */
export class LogKeeper {
  readonly #logs = new Map<string, { limitBytes: number; needed: () => boolean }>();
  #timer: NodeJS.Timeout | null = null;

  watch(path: string, limitBytes: number, needed: () => boolean): void {
    this.#logs.set(path, { limitBytes, needed });
    this.#timer ??= setInterval(() => void this.check(), CHECK_INTERVAL_MS).unref();
  }

  /** Cuts what is too large now, and forgets logs nobody writes to any more. */
  async check(): Promise<void> {
    for (const [path, log] of [...this.#logs]) {
      const needed = log.needed();
      // A log that cannot be cut now is tried again; it must not harm the process that writes it.
      await trimLog(path, log.limitBytes).catch(() => {});
      if (!needed && this.#logs.get(path) === log) this.#logs.delete(path);
    }
    if (this.#logs.size === 0) this.close();
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }
}

async function readTail(path: string, bytes: number): Promise<string> {
  const file = await open(path, 'r').catch(() => null);
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const length = Math.min(size, bytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
