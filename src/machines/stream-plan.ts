/** Which way of the ladder a stream takes. Pure readings of its context. */

import type { Trouble } from './errors.ts';
import { nextRung, type PlanLadder, type PlanRung, samePlan } from './plan.ts';
import type { StreamContext } from './stream-values.ts';
import type { CapturePlan } from './values.ts';

export interface FailedPlan {
  readonly plan: CapturePlan;
  readonly trouble: Trouble;
}

/** Where the plan stands in the ladder; null once it is not in it any more. */
export function rungOf({ ladder, plan }: Pick<StreamContext, 'ladder' | 'plan'>): PlanRung | null {
  if (ladder === null || plan === null) return null;
  return ladder.rungs.find((rung) => samePlan(rung.plan, plan)) ?? null;
}

/** What is captured by a new ladder: the best, unless something of it has failed already. */
export function planFrom(ladder: PlanLadder, context: StreamContext): CapturePlan | null {
  const failed = (plan: CapturePlan) => context.failedPlans.some((one) => samePlan(one.plan, plan));
  const untried = ladder.rungs.filter(({ plan }) => !failed(plan));
  const kept = context.failedPlans.length === 0 ? null : rungOf({ ladder, plan: context.plan });
  return (kept ?? untried[0] ?? ladder.rungs[0])?.plan ?? null;
}

/** A decoder may stumble over pictures that were damaged once: one failure is no reason to leave a format. */
const DECODER_ATTEMPTS = 2;

/** The way that may work where this one failed; null where none would. */
export function planAfter(context: StreamContext): CapturePlan | null {
  const { ladder, plan, failedPlans, trouble, attempts, limits } = context;
  if (ladder === null || plan === null || trouble === null) return null;
  if (trouble.code === 'decoder-errors' && attempts < DECODER_ATTEMPTS && rungOf(context)?.toExamine !== true)
    return null;
  if (trouble.reason === 'publish_refused') return null;
  const before = failedPlans.map((one) => one.plan);
  return nextRung(ladder, plan, before, trouble.code, attempts >= limits.attempts)?.plan ?? null;
}

/** What is still known to fail when the stream begins anew after a rest: looking at H.264 takes its time each time. */
export function failedAtRest({ ladder, failedPlans }: StreamContext): readonly FailedPlan[] {
  const toExamine = (plan: CapturePlan) => rungOf({ ladder, plan })?.toExamine === true;
  return failedPlans.filter(({ plan }) => toExamine(plan));
}
