/** Byte sizes as MediaMTX reads and prints them: "50M" is 50 × 1024 × 1024. */
import { Refusal } from './values.ts';

const UNITS = ['B', 'K', 'M', 'G', 'T', 'P', 'E'] as const;

/** Bytes of a text such as "50M", "1.5MB" or "20MiB". @throws Refusal without a unit or not positive */
export function parseSizeBytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(B|[KMGTPE](?:B|IB)?)$/.exec(text.trim().toUpperCase());
  const exponent = UNITS.indexOf((match?.[2]?.[0] ?? '') as (typeof UNITS)[number]);
  const bytes = Math.floor(Number(match?.[1] ?? 0) * 1024 ** exponent);
  if (match === null || bytes <= 0) {
    throw new Refusal(
      'byte quantity must be a positive integer with a unit of measurement like M, MB, MiB, G, GiB, or GB',
    );
  }
  return bytes;
}

/** The text the API prints: the largest unit that fits, one digit after the point at most. */
export function formatSizeBytes(bytes: number): string {
  if (bytes === 0) return '0B';
  const exponent = Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** exponent).toFixed(1).replace(/\.0$/, '')}${UNITS[exponent]}`;
}
