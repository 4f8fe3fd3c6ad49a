// Probes one device inside the mocked world. Arguments: the compiled module, the probe's options and the device as
// JSON. Prints {result} or {failed} as JSON.
const [, , module, options, device] = process.argv;
const { V4l2Probe } = await import(module);
try {
  const result = await new V4l2Probe(JSON.parse(options)).probe(
    JSON.parse(device),
    new AbortController().signal,
  );
  process.stdout.write(JSON.stringify({ result }));
} catch ({ code, reason, message }) {
  process.stdout.write(JSON.stringify({ failed: { code, reason, message } }));
}
