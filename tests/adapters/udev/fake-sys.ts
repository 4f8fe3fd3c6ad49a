/** A /sys of files in a temporary folder, with USB cameras in it. Each plug makes directories anew, as the kernel does. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface FakeCamera {
  readonly port: string;
  readonly video: number;
  readonly serial?: string;
}

export class FakeSys {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'fake-sys-')));

  private readonly host = `${this.root}/devices/pci0000:00/0000:00:14.0`;

  constructor() {
    mkdirSync(`${this.host}/usb1`, { recursive: true });
    symlinkSync('../../bus/pci', `${this.host}/subsystem`);
    symlinkSync('../../bus/usb', `${this.host}/usb1/subsystem`);
  }

  /** @returns the node's syspath */
  plug({ port, video, serial }: FakeCamera): string {
    const device = `${this.host}/usb1/${port}`;
    const usbInterface = `${device}/${port}:1.0`;
    const node = `${usbInterface}/video4linux/video${video}`;
    mkdirSync(node, { recursive: true });
    for (const place of [device, usbInterface]) symlinkSync('../../bus/usb', `${place}/subsystem`);
    symlinkSync('../../class/video4linux', `${node}/subsystem`);
    writeFileSync(`${device}/idVendor`, '046d\n');
    writeFileSync(`${device}/idProduct`, '0825\n');
    if (serial !== undefined) writeFileSync(`${device}/serial`, `${serial}\n`);
    writeFileSync(`${usbInterface}/bInterfaceNumber`, '00\n');
    writeFileSync(`${node}/name`, 'UVC Camera (046d:0825)\n');
    writeFileSync(`${node}/index`, '0\n');
    writeFileSync(`${node}/uevent`, `MAJOR=81\nMINOR=${video}\nDEVNAME=video${video}\n`);
    mkdirSync(`${this.root}/class/video4linux`, { recursive: true });
    symlinkSync(node, `${this.root}/class/video4linux/video${video}`);
    return node;
  }

  unplug({ port, video }: FakeCamera): void {
    rmSync(`${this.root}/class/video4linux/video${video}`);
    rmSync(`${this.host}/usb1/${port}`, { recursive: true });
  }

  /** Another node of the subsystem that is no camera. */
  addOther(name: string): void {
    mkdirSync(`${this.root}/class/video4linux/${name}`, { recursive: true });
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
