/**
 * Brings the missing programs by apt where that is allowed without asking for a password; else says the one command
 * that does it, and stops with exit code 3.
 */
import { spawnSync } from 'node:child_process';
import { isOnPath, missing } from './programs.mjs';
import { lastWords, runLong, Stop, say } from './progress.mjs';
import { PROJECT } from './project.mjs';

/** Exit code of everything that lacks something it needs. */
export const EXIT_MISSING = 3;

/** @returns {import('./programs.mjs').Machine & { isRoot: boolean }} the machine this runs on */
export function thisMachine() {
  return {
    path: process.env.PATH ?? '',
    root: '/',
    project: PROJECT,
    isRoot: process.getuid?.() === 0,
  };
}

/**
 * Installs what is missing. Programs that are not strictly needed never stop it.
 * @param {readonly import('./programs.mjs').Program[]} programs
 * @param {ReturnType<typeof thisMachine>} machine
 * @returns {Promise<readonly import('./programs.mjs').Program[]>} those that are still missing and not needed
 * @throws {Stop} exit code 3, with the command to run
 */
export async function ensurePrograms(programs, machine) {
  const lacking = missing(programs, machine);
  if (lacking.length === 0) return [];
  const packages = lacking.flatMap((program) => program.packages);
  const neededNow = () => missing(lacking, machine).filter((program) => program.needed);
  let words = await install(packages, machine);
  // One package that this system does not have makes apt-get refuse all of them: so without the wished ones.
  const rest = neededNow().flatMap((program) => program.packages);
  if (words !== '' && rest.length > 0 && rest.length < packages.length) words = await install(rest, machine);
  if (neededNow().length > 0) throw new Stop(sentence(neededNow(), packages, machine, words), EXIT_MISSING);
  const still = missing(lacking, machine);
  for (const program of still) say(`Not there: ${program.name} (${program.purpose}). It goes on without.`);
  return still;
}

/** @returns {Promise<string>} apt-get's last words; empty where it may not be used */
async function install(packages, machine) {
  const installer = installerOf(machine);
  if (installer === null) return '';
  const script =
    'apt-get -q -o DPkg::Lock::Timeout=120 update; ' +
    'exec apt-get -q -o DPkg::Lock::Timeout=120 install -y --no-install-recommends "$@"';
  const command = [...installer, 'sh', '-c', script, 'sh', ...packages];
  const env = { ...process.env, PATH: machine.path };
  const { lines } = await runLong(`Installing ${packages.join(', ')} (apt-get)`, command, { env });
  return lastWords(lines) || 'nothing';
}

/** Asks Debian's servers which packages there are, where that is allowed. @param {ReturnType<typeof thisMachine>} machine */
export async function refreshPackageLists(machine) {
  const installer = installerOf(machine);
  if (installer === null) return;
  const env = { ...process.env, PATH: machine.path };
  await runLong('Reading which packages there are', [...installer, 'apt-get', '-q', 'update'], { env });
}

/** How to become root without a question: nothing, sudo, or null where apt cannot be used. */
function installerOf(machine) {
  if (!isOnPath('apt-get', machine)) return null;
  if (machine.isRoot) return ['env', 'DEBIAN_FRONTEND=noninteractive'];
  if (!isOnPath('sudo', machine)) return null;
  const mayInstall =
    spawnSync('sudo', ['-n', 'true'], { env: { ...process.env, PATH: machine.path } }).status === 0;
  return mayInstall ? ['sudo', '-n', 'env', 'DEBIAN_FRONTEND=noninteractive'] : null;
}

function sentence(needed, packages, machine, words) {
  const names = needed.map((program) => `${program.name} (${program.purpose})`).join(', ');
  const lines = [`Missing: ${names}.`];
  if (words) lines.push('apt-get could not install it; its last words were:', words);
  if (isOnPath('apt-get', machine)) {
    const sudo = machine.isRoot ? '' : 'sudo ';
    const install = `${sudo}apt-get install -y --no-install-recommends ${packages.join(' ')}`;
    lines.push(`Run this, then start again:\n  ${sudo}apt-get update && ${install}`);
  } else {
    lines.push(
      `Install it with your system's own tools, then start again. Debian calls it: ${packages.join(' ')}`,
    );
  }
  return lines.join('\n');
}
