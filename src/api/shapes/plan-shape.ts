/** How a camera is captured, and how else it could be, as results show it. */
import { z } from 'zod';
import type { PlanView, WayView } from '../door.ts';
import { redact } from '../redaction.ts';
import { troubleForm, troubleShape } from './common.ts';

const wayFields = {
  format: z.string().describe('V4L2 fourcc that is taken from the camera'),
  resolution: z.string().describe('`WxH`'),
  fps: z.number(),
  encoder: z
    .enum(['copy', 'libx264', 'h264_vaapi', 'h264_v4l2m2m'])
    .describe("`copy`: the camera's own H.264 goes out as it comes"),
  tap_from: z.enum(['all', 'keyframes']).describe('pictures that are decoded for snapshots'),
  cost_percent: z.number().describe('of one processor core, estimated'),
  bus_mbps: z.number().describe('of the bus that the camera is on, estimated'),
  reasons: z.array(z.string()),
};

export const planShape = z.strictObject({
  ...wayFields,
  failed: z
    .array(z.strictObject({ what: z.string(), why: z.string() }))
    .describe('better ways that failed, until it is plugged in anew, at rest, or told to retry'),
});

export const explainedPlanShape = z.strictObject({
  ways: z.array(
    z.strictObject({
      ...wayFields,
      standing: z.enum(['chosen', 'failed', 'possible']),
      to_examine: z.boolean().describe('its own H.264 is looked at once before it is copied'),
      trouble: troubleShape.nullable().describe('why it failed'),
    }),
  ),
  rejected: z.array(z.strictObject({ what: z.string(), why: z.string() })),
});

/** The way that is taken; null where there is none. */
export function planForm(view: PlanView | null): z.infer<typeof planShape> | null {
  const chosen = view?.ways.find(({ standing }) => standing === 'chosen');
  if (view === null || chosen === undefined) return null;
  const failed = view.ways.flatMap((way) =>
    way.trouble === null ? [] : [{ what: wayText(way), why: redact(way.trouble.message) }],
  );
  return { ...wayForm(chosen), failed };
}

export function explainedPlanForm({ ways, rejected }: PlanView): z.infer<typeof explainedPlanShape> {
  return {
    ways: ways.map((way) => ({
      ...wayForm(way),
      standing: way.standing,
      to_examine: way.toExamine,
      trouble: troubleForm(way.trouble),
    })),
    rejected: [...rejected],
  };
}

function wayForm({ plan, costPercent, busMbps, reasons }: WayView) {
  return {
    format: plan.fourcc,
    resolution: `${plan.widthPx}x${plan.heightPx}`,
    fps: plan.rateFps,
    encoder: plan.encoder,
    tap_from: plan.tapFrom,
    cost_percent: costPercent,
    bus_mbps: busMbps,
    reasons: [...reasons],
  };
}

function wayText({ plan: { fourcc, widthPx, heightPx, rateFps, encoder } }: WayView): string {
  return `${fourcc} ${widthPx}x${heightPx} at ${rateFps} (${encoder})`;
}
