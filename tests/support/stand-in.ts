/**
 * A program that the service starts in place of a real one. It may do something first, then it turns into the real one
 * under the same pid. Where it is told to, it kills the service that started it: a moment that no timer could meet.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** When it kills the service: before or after its own pid stands in the ledger. */
export type ParentKill = 'at once' | 'when its pid is in the ledger';

export interface StandInOptions {
  /** Of the file. */
  readonly name: string;
  /** The real program, with arguments that come first. */
  readonly program: readonly string[];
  /** What it answers to `--version`; default: what the program does. */
  readonly version?: string;
  /** What it does as a process of the data plane before it turns into the program; a shell's lines. `$here` is its folder. */
  readonly first?: string;
}

export class StandIn {
  readonly file: string;
  readonly #order: string;

  /** @param folder an existing one, of this test only */
  constructor(folder: string, { name, program, version, first = '' }: StandInOptions) {
    this.file = join(folder, name);
    this.#order = join(folder, `${name}.kill-parent`);
    const real = program.map((word) => `'${word}'`).join(' ');
    const asked = version === undefined ? '' : `[ "$1" = --version ] && echo '${version}' && exit`;
    writeFileSync(this.file, script(real, { asked, first }), { mode: 0o755 });
  }

  /** Its next start ends the service by SIGKILL. @param ledger the file that it looks into */
  killParent(when: ParentKill, ledger: string): void {
    writeFileSync(this.#order, when === 'at once' ? '' : ledger);
  }
}

/** Only what bears a mark is a process of the data plane: not a remux, not a question for the version. */
const script = (real: string, { asked, first }: { asked: string; first: string }) => `#!/bin/sh
${asked}
case "$CAMERA_SERVICE_MARK" in "") exec ${real} "$@" ;; esac
here=\${0%/*}
if [ -e "$0.kill-parent" ]; then
  ledger=$(cat "$0.kill-parent")
  rm "$0.kill-parent"
  tries=0
  while [ -n "$ledger" ] && [ $tries -lt 1000 ] && ! grep -q "\\"pid\\": $$," "$ledger"; do tries=$((tries + 1)); done
  kill -9 $PPID
fi
${first}
exec ${real} "$@"
`;

/** An ffmpeg that does what the shell script in the file `wrong` says, while there is one, and else is the real one. */
export function ffmpegThatMayFail() {
  const folder = mkdtempSync(join(tmpdir(), 'stand-in-'));
  const first = `[ -e "$here/wrong" ] && . "$here/wrong"`;
  const { file } = new StandIn(folder, { name: 'ffmpeg', program: ['ffmpeg'], first });
  return { file, wrong: join(folder, 'wrong'), remove: () => rmSync(folder, { recursive: true }) };
}
