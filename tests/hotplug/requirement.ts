/** Says, where nobody can miss it, that this machine cannot run the hotplug suite. */
import { whyNotHere } from './testbed.ts';

/**
 * Looks once per test file and prints the reason; the skipped tests are counted by the runner.
 * @returns why the suite cannot run here; null when it can
 */
export function announce(): string | null {
  const why = whyNotHere();
  if (why !== null) {
    console.error(
      `\n*** HOTPLUG SUITE NOT RUN: ${why}. Its tests are counted as skipped. ***\n` +
        '*** Debian: apt install umockdev gir1.2-umockdev-1.0 python3-gi v4l-utils udev ***\n',
    );
  }
  return why;
}
