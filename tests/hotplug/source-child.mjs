// Runs one device source in a process of its own, since the udev addon can never be closed. Arguments: the compiled
// module, the name of the class in it, its options as JSON. Speaks JSON lines: {ready}, {change}, {listed}, {failed}
// out; "list" in. Ends when its input does.
import { createInterface } from 'node:readline';

const [, , module, className, options] = process.argv;
const { [className]: Source } = await import(module);
const source = new Source(JSON.parse(options));
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const ending = new AbortController();

source
  .watch({ ready: (kind) => say({ ready: kind }), change: (change) => say({ change }) }, ending.signal)
  .then(
    () => say({ ended: true }),
    ({ code, reason, message }) => say({ failed: { code, reason, message } }),
  );

const input = createInterface({ input: process.stdin });
input.on('line', async (order) => {
  if (order === 'list') say({ listed: await source.list(ending.signal) });
});
input.on('close', () => process.exit(0));
