/** Milliseconds that a wait of this length takes here and now: the measure for whoever waits as long, never a pause. */
export async function bareWaitMs(durationMs: number): Promise<number> {
  const startedMs = performance.now();
  await new Promise((resolve) => setTimeout(resolve, durationMs));
  return performance.now() - startedMs;
}
