/**
 * The driver v4l2loopback for the lab's kernel: its nodes give what a program writes to them, so that the lab has
 * cameras with MJPEG and H.264, which `vivid` has not. Debian has it as source only: it is built once per kernel, from
 * packages that are fetched and unpacked, never installed. Where that fails, the lab goes on without and says why.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { thisMachine } from './prerequisites.mjs';
import { isOnPath } from './programs.mjs';
import { lastWords, runLong, Stop } from './progress.mjs';

const SOURCE = 'v4l2loopback-dkms';

/**
 * @typedef {object} Loopback
 * @property {string | null} module the file, ready to be loaded; null: there is none
 * @property {string} why a sentence without a full stop; empty where there is one
 */

/**
 * @param {import('./lab-kernel.mjs').LabKernel} kernel
 * @param {ReturnType<typeof thisMachine>} [machine]
 * @returns {Promise<Loopback>} never rejects for want of something
 */
export async function ensureLoopback(kernel, machine = thisMachine()) {
  const module = join(kernel.folder, 'v4l2loopback.ko');
  if (existsSync(module)) return { module, why: '' };
  const lacking = ['gcc', 'make'].filter((name) => !isOnPath(name, machine));
  if (lacking.length > 0) return without(`there is no ${lacking.join(' and no ')} here to build it`);
  const work = join(kernel.folder, 'building');
  try {
    rmSync(work, { recursive: true, force: true });
    mkdirSync(work);
    cpSync(await build(kernel, machine, work), module);
    return { module, why: '' };
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return without(error.message);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function without(why) {
  return { module: null, why: `v4l2loopback could not be built: ${why}` };
}

/** @returns {Promise<string>} the built module */
async function build(kernel, machine, work) {
  const env = { ...process.env, PATH: `${machine.path}:/usr/sbin:/sbin`, LC_ALL: 'C' };
  const release = readFileSync(join(kernel.folder, 'release'), 'utf8').trim();
  const headers = `linux-headers-${release}`;
  const packages = [headers, ...partsOf(headers, env), SOURCE];
  await must('Downloading v4l2loopback and what builds it', ['apt-get', '-q', 'download', ...packages], {
    cwd: work,
    env,
  });
  for (const file of readdirSync(work).filter((name) => name.endsWith('.deb')))
    await must(`Unpacking ${file.split('_')[0]}`, ['dpkg-deb', '-x', file, 'tree'], { cwd: work, env });
  const sources = join(work, 'tree/usr/src');
  // They name their installed places.
  for (const file of ['Makefile', '.kernelvariables']) {
    const path = join(sources, headers, file);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('/usr/src/', `${sources}/`));
  }
  const source = readdirSync(sources).find((name) => name.startsWith('v4l2loopback-'));
  if (source === undefined) throw new Stop(`${SOURCE} has no source`);
  const folder = join(sources, source);
  const command = ['make', '-C', join(sources, headers), `M=${folder}`, 'CC=gcc', 'modules'];
  await must('Building v4l2loopback', command, { env });
  const built = join(folder, 'v4l2loopback.ko');
  if (!existsSync(built)) throw new Stop('make made no module');
  return built;
}

/** The packages that the headers are split into, e.g. `linux-kbuild-6.1`. */
function partsOf(headers, env) {
  const { stdout } = spawnSync('apt-cache', ['depends', headers], { encoding: 'utf8', env });
  const parts = [...(stdout ?? '').matchAll(/Depends: (linux-(?:headers|kbuild)-\S+)/g)].map(
    ([, name]) => name,
  );
  if (parts.length === 0) throw new Stop(`apt knows no package ${headers}`);
  return parts;
}

async function must(title, command, options) {
  const { ok, lines } = await runLong(title, command, options);
  if (!ok) throw new Stop(`${title} failed: ${lastWords(lines.slice(-3)).replaceAll('\n', ' ')}`);
}
