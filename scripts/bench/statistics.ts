/** Figures out of samples. Pure. */

/**
 * The nearest-rank percentile: always one of the samples.
 * @param percent 0 to 100; @throws Error without samples
 */
export function percentile(samples: readonly number[], percent: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  const value = sorted[rank - 1];
  if (value === undefined) throw new Error('no samples were taken');
  return value;
}

/** The middle sample, or the mean of the two in the middle. @throws Error without samples */
export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new Error('no samples were taken');
  return (lower + upper) / 2;
}

/** Lowest and highest sample. @throws Error without samples */
export function rangeOf(samples: readonly number[]): readonly [number, number] {
  if (samples.length === 0) throw new Error('no samples were taken');
  return [Math.min(...samples), Math.max(...samples)];
}
