/** What the user sees while something takes long. Everything goes to stderr: stdout belongs to the result. */
import { spawn } from 'node:child_process';

const HEARTBEAT_MS = 10_000;
const KEPT_LINES = 300;
const LAST_WORDS_LINES = 20;

/** A sentence for the person at the terminal. @type {(sentence: string) => void} */
export function say(sentence) {
  process.stderr.write(`${sentence}\n`);
}

/** Something that cannot go on: `message` is for the user, `exitCode` for the shell. */
export class Stop extends Error {
  /** @param {string} message one or a few sentences @param {number} exitCode 3: something is missing */
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Runs a command's main function; a `Stop` becomes its sentence and its exit code. @param {() => Promise<void>} main */
export async function conclude(main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    say(error.message);
    process.exitCode = error.exitCode;
  }
}

/**
 * Runs a program that takes long. Its output is kept back; every ten seconds its latest line shows that it lives.
 * @param {string} title what is being done, e.g. `Installing ffmpeg`
 * @param {readonly string[]} command
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string }} [options]
 * @returns {Promise<{ ok: boolean, lines: readonly string[] }>} never rejects; the newest lines of its output
 */
export function runLong(title, command, options = {}) {
  say(`${title} ...`);
  const startedMs = performance.now();
  const seconds = () => Math.round((performance.now() - startedMs) / 1000);
  let lines = [];
  const keep = (chunk) => {
    lines = [
      ...lines,
      ...String(chunk)
        .split('\n')
        .filter((line) => line.trim() !== ''),
    ].slice(-KEPT_LINES);
  };
  return new Promise((resolve) => {
    const child = spawn(command[0], command.slice(1), { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const heartbeat = setInterval(
      () => say(`  ${seconds()} s  ${(lines.at(-1) ?? '').slice(0, 100)}`),
      HEARTBEAT_MS,
    );
    const end = (ok) => {
      clearInterval(heartbeat);
      if (ok) say(`  done in ${seconds()} s`);
      resolve({ ok, lines });
    };
    child.once('error', (error) => {
      keep(error.message);
      end(false);
    });
    child.once('close', (code) => end(code === 0));
  });
}

/**
 * Runs a program beside another one that already shows that something goes on.
 * @param {readonly string[]} command
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string }} [options]
 * @returns {Promise<{ ok: boolean, lines: readonly string[] }>} never rejects; all that it said
 */
export function runQuietly(command, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command[0], command.slice(1), { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(String(chunk)));
    child.stderr.on('data', (chunk) => chunks.push(String(chunk)));
    const end = (ok) => resolve({ ok, lines: chunks.join('').split('\n') });
    child.once('error', (error) => {
      chunks.push(error.message);
      end(false);
    });
    child.once('close', (code) => end(code === 0));
  });
}

/** The end of an output, for a message. @param {readonly string[]} lines */
export function lastWords(lines) {
  return lines.slice(-LAST_WORDS_LINES).join('\n');
}
