/**
 * The kernel of the lab: Debian's own package, fetched by apt into .lab/kernel and cut down to the kernel and the few
 * modules that the guest loads. Kept until Debian has a newer one. Boots nothing.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { EXIT_MISSING, refreshPackageLists, thisMachine } from './prerequisites.mjs';
import { lastWords, runLong, Stop, say } from './progress.mjs';

/** Where depmod and modprobe are, which the PATH of a user who is not root may leave out. */
const PATH = `${process.env.PATH}:/usr/sbin:/sbin`;
/** What the guest needs before it has a root: the shares of the host, a root that can be written to, a network. */
const FOR_BOOT = ['virtio_pci', '9pnet_virtio', '9p', 'overlay', 'virtio_net'];
const FOR_CAMERAS = ['vivid'];

/**
 * @typedef {object} LabKernel
 * @property {string} folder holds `vmlinuz`, `boot/NN-*.ko` and `cameras/NN-*.ko`, to be loaded in this order
 * @property {string} name e.g. `linux-image-6.1.0-56-amd64 6.1.192-2`
 */

/**
 * @param {string} folder where kernels are kept
 * @returns {Promise<LabKernel>}
 * @throws {Stop} exit code 3 where Debian's kernel cannot be had
 */
export async function ensureLabKernel(folder) {
  if (process.arch !== 'x64') {
    throw new Stop(`The lab emulates an amd64 machine on itself, and this is ${process.arch}.`, EXIT_MISSING);
  }
  const candidate = await kernelOfDebian();
  const kept = existsSync(folder) ? readdirSync(folder).filter((name) => name.includes('_')) : [];
  if (candidate === null) {
    if (kept[0] === undefined) {
      throw new Stop(
        'The lab needs the package linux-image-amd64 of Debian, and apt does not know it.',
        EXIT_MISSING,
      );
    }
    say('apt knows no kernel: the kept one is used.');
    return kernelIn(folder, kept[0]);
  }
  const name = `${candidate.name}_${candidate.version.replaceAll(':', '%')}`;
  if (!kept.includes(name)) {
    await unpack(candidate, folder, name);
    for (const old of kept) rmSync(join(folder, old), { recursive: true });
  }
  return kernelIn(folder, name);
}

function kernelIn(folder, name) {
  return { folder: join(folder, name), name: name.replace('_', ' ').replaceAll('%', ':') };
}

/** What linux-image-amd64 stands for today. */
async function kernelOfDebian() {
  const known = askApt();
  if (known !== null) return known;
  await refreshPackageLists(thisMachine());
  return askApt();
}

function askApt() {
  const depends = output('apt-cache', ['depends', 'linux-image-amd64']);
  const name = /Depends: (linux-image-\S+)/.exec(depends)?.[1];
  if (name === undefined) return null;
  const version = /Candidate: (\S+)/.exec(output('apt-cache', ['policy', name]))?.[1];
  return version === undefined || version === '(none)' ? null : { name, version };
}

async function unpack(candidate, folder, name) {
  const work = join(folder, 'unpacking');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  await must(
    `Downloading ${candidate.name} ${candidate.version}`,
    ['apt-get', '-q', 'download', `${candidate.name}=${candidate.version}`],
    work,
  );
  const archive = readdirSync(work).find((file) => file.endsWith('.deb'));
  await must('Unpacking it', ['dpkg-deb', '-x', archive, 'tree'], work);
  const tree = join(work, 'tree');
  const release = candidate.name.replace(/^linux-image-/, '');
  await must('Reading which modules need which', ['depmod', '-b', tree, release], work);
  const made = join(work, name);
  mkdirSync(made);
  cpSync(join(tree, 'boot', `vmlinuz-${release}`), join(made, 'vmlinuz'));
  copyModules(tree, release, FOR_BOOT, join(made, 'boot'));
  copyModules(tree, release, FOR_CAMERAS, join(made, 'cameras'));
  writeFileSync(join(made, 'release'), `${release}\n`);
  renameSync(made, join(folder, name));
  rmSync(work, { recursive: true });
}

/** Copies modules and all that they need, numbered in the order in which they are loaded. */
function copyModules(tree, release, modules, target) {
  mkdirSync(target);
  const files = modules.flatMap((module) => {
    const args = ['-C', '/dev/null', '-d', tree, '-S', release, '--show-depends', module];
    return [...output('modprobe', args).matchAll(/^insmod (\S+)/gm)].map((line) => line[1]);
  });
  [...new Set(files)].forEach((file, index) => {
    const copy = join(target, `${String(index).padStart(2, '0')}-${basename(file)}`);
    cpSync(file, copy);
    if (copy.endsWith('.xz')) spawnSync('xz', ['-d', copy]);
  });
  const unreadable = readdirSync(target).filter((file) => !file.endsWith('.ko'));
  if (files.length === 0 || unreadable.length > 0) {
    throw new Stop(
      `The kernel ${release} has no readable modules ${modules.join(', ')}: ${unreadable.join(', ')}`,
    );
  }
}

async function must(title, command, cwd) {
  const { ok, lines } = await runLong(title, command, { cwd, env: { ...process.env, PATH } });
  if (!ok) throw new Stop(`${title} failed:\n${lastWords(lines)}`, EXIT_MISSING);
}

function output(program, args) {
  return (
    spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, PATH, LC_ALL: 'C' } }).stdout ?? ''
  );
}
