/**
 * The emulated machine: Debian's kernel under QEMU, without hardware help, on the host's own root (read-only below an
 * overlay in the guest's memory). Builds its initramfs, starts it, ends it. Knows nothing of cameras.
 *
 * Never KVM: /dev/kvm is there on machines whose guests then never run.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface EmulatorOptions {
  /** The kernel's folder, as scripts/lib/lab-kernel.mjs made it. */
  readonly kernel: string;
  /** An empty folder for what belongs to this boot. */
  readonly folder: string;
  /** The folder that the guest sees as /run/lab. */
  readonly share: string;
  /** Ports of the host's loopback address that lead to these ports of the guest. */
  readonly forwards: readonly { readonly host: number; readonly guest: number }[];
}

export interface Emulator {
  /** What the kernel printed. */
  console(): string;
  /** Null while it runs. */
  ended(): string | null;
  kill(): void;
}

const MEMORY_MIB = 2048;

/** Switches the machine on. */
export function startEmulator(options: EmulatorOptions): Emulator {
  const initramfs = join(options.folder, 'initramfs.gz');
  writeFileSync(initramfs, buildInitramfs(options));
  const consoleFile = join(options.folder, 'console.log');
  writeFileSync(consoleFile, '');
  let said = '';
  let end: string | null = null;
  const child: ChildProcess = spawn('qemu-system-x86_64', argumentsFor(options, initramfs, consoleFile), {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr!.on('data', (data) => {
    said += String(data);
  });
  child.once('error', (error) => {
    end = error.message;
  });
  child.once('exit', (code, signal) => {
    end = `the emulator ended with ${signal ?? code}. ${said}`;
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  return { console: () => readFileSync(consoleFile, 'utf8'), ended: () => end, kill };
}

function argumentsFor(options: EmulatorOptions, initramfs: string, consoleFile: string): string[] {
  const forwards = options.forwards.map(({ host, guest }) => `,hostfwd=tcp:127.0.0.1:${host}-:${guest}`);
  return [
    ['-accel', 'tcg,thread=multi', '-cpu', 'max', '-machine', 'q35', '-smp', '2', '-m', `${MEMORY_MIB}`],
    ['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-serial', `file:${consoleFile}`],
    ['-kernel', join(options.kernel, 'vmlinuz'), '-initrd', initramfs],
    ['-append', 'console=ttyS0 quiet loglevel=4 net.ifnames=0 panic=-1'],
    sharing('host', '/', 'readonly=on,multidevs=remap'),
    sharing('share', options.share, 'readonly=off'),
    ['-netdev', `user,id=net${forwards.join('')}`, '-device', 'virtio-net-pci,netdev=net'],
  ].flat();
}

function sharing(tag: string, path: string, more: string): string[] {
  const folder = `local,id=${tag},path=${path.replaceAll(',', ',,')},security_model=none,${more}`;
  return ['-fsdev', folder, '-device', `virtio-9p-pci,fsdev=${tag},mount_tag=${tag}`];
}

/** busybox, the modules that lead to the root, and the script that goes there. */
function buildInitramfs({ kernel, folder }: EmulatorOptions): Buffer {
  const tree = join(folder, 'initramfs');
  for (const name of ['bin', 'proc']) mkdirSync(join(tree, name), { recursive: true });
  cpSync(busybox(), join(tree, 'bin/busybox'), { dereference: true });
  execFileSync('ln', ['-s', 'busybox', 'bin/sh'], { cwd: tree });
  for (const name of ['insmod', 'mkdir', 'mount', 'switch_root'])
    execFileSync('ln', ['-s', 'busybox', `bin/${name}`], { cwd: tree });
  cpSync(join(kernel, 'boot'), join(tree, 'modules'), { recursive: true });
  cpSync(join(import.meta.dirname, 'guest/init'), join(tree, 'init'));
  execFileSync('chmod', ['+x', join(tree, 'init'), join(tree, 'bin/busybox')]);
  const names = ['.', ...readdirSync(tree, { recursive: true, encoding: 'utf8' })].join('\n');
  const archive = execFileSync('cpio', ['-o', '-H', 'newc', '--quiet'], {
    cwd: tree,
    input: names,
    maxBuffer: 1e9,
  });
  return gzipSync(archive, { level: 1 });
}

function busybox(): string {
  return execFileSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).trim();
}
