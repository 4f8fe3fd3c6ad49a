/** Compiles src to dist and builds the inspector's page, unless dist was made from exactly these sources. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { conclude, lastWords, runLong, runQuietly, Stop } from './progress.mjs';
import { PROJECT } from './project.mjs';

const STAMP = 'dist/.built-from';
const OUTPUTS = ['dist/main.js', 'dist/inspector/inspector.html'];
/** What the build is made of, below the project's folder. */
const SOURCES = [
  { folder: 'src', endings: ['.ts', '.tsx', '.css', '.html', '.json'] },
  { folder: 'statecharts', endings: ['.svg'] },
  { folder: 'scripts/inspector', endings: ['.mjs'] },
];

/**
 * A name for the sources as they are now.
 * @param {string} project its folder
 */
export function sourcesDigest(project) {
  const hash = createHash('sha256');
  const sources = SOURCES.flatMap(({ folder, endings }) =>
    readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => endings.some((ending) => name.endsWith(ending)))
      .map((name) => join(folder, name)),
  );
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
  const isThere = OUTPUTS.every((file) => existsSync(join(project, file)));
  if (isThere && read(join(project, STAMP)) === digest) return;
  // What tsc remembers lets it leave out files that somebody has removed meanwhile.
  rmSync(join(project, 'dist/.tsbuildinfo'), { force: true });
  const tsc = join(project, 'node_modules/typescript/bin/tsc');
  const command = [process.execPath, tsc, '-p', 'tsconfig.build.json'];
  // Side by side: the page takes a second or two, the compiler many.
  const [{ ok, lines }] = await Promise.all([
    runLong('Building', command, { cwd: project }),
    buildInspector(project),
  ]);
  if (!ok) throw new Stop(`The build failed:\n${lastWords(lines)}`);
  writeFileSync(join(project, STAMP), digest);
}

/** The inspector's page alone, quietly. @param {string} project its folder @throws {Stop} with the builder's words */
export async function buildInspector(project) {
  const vite = join(project, 'node_modules/vite/bin/vite.js');
  const command = [process.execPath, vite, 'build', '--config', 'scripts/inspector/vite.config.mjs'];
  const { ok, lines } = await runQuietly(command, { cwd: project });
  if (!ok) throw new Stop(`The build of the inspector failed:\n${lastWords(lines)}`);
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
