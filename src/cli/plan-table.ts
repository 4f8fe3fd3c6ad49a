/** The table of ways to capture a camera that `plan` prints. */
import { textTable } from './text-table.ts';

interface Way {
  readonly format: string;
  readonly resolution: string;
  readonly fps: number;
  readonly encoder: string;
  readonly tap_from: string;
  readonly cost_percent: number;
  readonly bus_mbps: number;
  readonly reasons: readonly string[];
  readonly standing: string;
  readonly trouble: { readonly message: string } | null;
}

export interface ExplainedPlan {
  readonly ways: readonly Way[];
  readonly rejected: readonly { readonly what: string; readonly why: string }[];
}

/** One line per way, best first; below it what cannot be captured so. */
export function planTable({ ways, rejected }: ExplainedPlan): string {
  const rows = ways.map((way) => [
    way.standing,
    way.format,
    `${way.resolution}@${way.fps}`,
    way.encoder,
    way.tap_from,
    `${way.cost_percent} %`,
    `${way.bus_mbps} Mbit/s`,
    way.trouble === null ? way.reasons.join('; ') : way.trouble.message,
  ]);
  const head = ['STANDING', 'FORMAT', 'PICTURE', 'ENCODER', 'TAP FROM', 'OF A CORE', 'OF THE BUS', 'WHY'];
  const table = ways.length === 0 ? 'There is no way to capture it.' : textTable(head, rows);
  const notes = rejected.map(({ what, why }) => `Not ${what}: ${why}.`);
  return [table, ...notes].join('\n');
}
