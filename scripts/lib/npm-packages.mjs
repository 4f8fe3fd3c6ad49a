/** Whether node_modules is what package-lock.json says and the udev addon is built, and `npm ci` where not. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT_MISSING } from './prerequisites.mjs';
import { ADDON, FOR_ADDON, missing } from './programs.mjs';
import { lastWords, runLong, Stop } from './progress.mjs';

/**
 * @param {string} project its folder
 * @returns {string | null} why packages must be installed; null: all are there
 */
export function whyStale(project) {
  const wanted = packagesIn(join(project, 'package-lock.json'));
  const installed = packagesIn(join(project, 'node_modules/.package-lock.json'));
  if (wanted === null) return 'there is no package-lock.json';
  if (installed === null) return 'nothing is installed yet';
  for (const [place, { version, optional, link }] of Object.entries(wanted)) {
    const there = installed[place];
    // Optional ones are left out where they do not suit this machine.
    if (place === '' || link || (optional && !there)) continue;
    if (!there) return `${place} is missing`;
    if (there.version !== version) return `${place} is ${there.version} and should be ${version}`;
  }
  return null;
}

/**
 * Whether npm left the udev addon out although it could be built by now: a compiler may have come after it.
 * @param {import('./programs.mjs').Machine} machine
 */
export function whyNoAddon(machine) {
  if (existsSync(join(machine.project, ADDON)) || missing(FOR_ADDON, machine).length > 0) return null;
  return 'the udev addon is not built and a compiler is here';
}

/**
 * @param {string} project
 * @param {{ addonFor?: import('./programs.mjs').Machine }} [options] `addonFor`: once more where the addon is missing
 * @throws {Stop} exit code 3 with npm's last words
 */
export async function ensurePackages(project, { addonFor } = {}) {
  const why = whyStale(project) ?? (addonFor ? whyNoAddon(addonFor) : null);
  if (why === null) return;
  // Under npm this is the very npm that the user called.
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const command = [...npm, 'ci', '--no-audit', '--no-fund'];
  const { ok, lines } = await runLong(`Installing npm packages, since ${why}`, command, { cwd: project });
  if (ok) return;
  // Its first errors say why; a page of usage may follow.
  const errors = lines
    .filter((line) => /^npm (err|error)\b/i.test(line) && line.trim().length > 12)
    .slice(0, 12);
  throw new Stop(
    `npm could not install the packages:\n${errors.join('\n') || lastWords(lines)}`,
    EXIT_MISSING,
  );
}

function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? null;
  } catch {
    return null;
  }
}
