/** Compiles src to dist, unless dist was made from exactly these sources. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { conclude, lastWords, runLong, Stop } from './progress.mjs';
import { PROJECT } from './project.mjs';

const STAMP = 'dist/.built-from';
const OUTPUT = 'dist/main.js';

/**
 * A name for the sources as they are now.
 * @param {string} project its folder
 */
export function sourcesDigest(project) {
  const hash = createHash('sha256');
  const sources = readdirSync(join(project, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join('src', name));
  for (const name of ['package.json', 'tsconfig.json', 'tsconfig.build.json', ...sources].sort()) {
    hash
      .update(`${name}\0`)
      .update(readFileSync(join(project, name)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** @param {string} project its folder @throws {Stop} with the compiler's words */
export async function ensureBuilt(project) {
  const digest = sourcesDigest(project);
  if (existsSync(join(project, OUTPUT)) && read(join(project, STAMP)) === digest) return;
  // What tsc remembers lets it leave out files that somebody has removed meanwhile.
  rmSync(join(project, 'dist/.tsbuildinfo'), { force: true });
  const tsc = join(project, 'node_modules/typescript/bin/tsc');
  const command = [process.execPath, tsc, '-p', 'tsconfig.build.json'];
  const { ok, lines } = await runLong('Building', command, { cwd: project });
  if (!ok) throw new Stop(`The build failed:\n${lastWords(lines)}`);
  writeFileSync(join(project, STAMP), digest);
}

/** Compiles scripts and what they share with the tests to .cache/scripts. @throws {Stop} with the compiler's words */
export async function ensureScriptsBuilt(project) {
  const tsc = join(project, 'node_modules/typescript/bin/tsc');
  const command = [process.execPath, tsc, '-p', 'tsconfig.scripts.json'];
  const { ok, lines } = await runLong('Building the command', command, { cwd: project });
  if (!ok) throw new Stop(`The build failed:\n${lastWords(lines)}`);
}

/** For `npm start`. */
export function main() {
  return conclude(() => ensureBuilt(PROJECT));
}

function read(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}
