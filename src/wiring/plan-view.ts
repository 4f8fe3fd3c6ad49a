/** The ladder of ways to capture a camera as the plain view that the front desk reads. Pure. */
import type { PlanView, WayView } from '../api/door.ts';
import { type PlanLadder, type PlanRung, samePlan } from '../machines/plan.ts';
import { busMbps, costPercent } from '../machines/plan-cost.ts';
import type { StreamContext } from '../machines/stream-values.ts';
import type { CapturePlan } from '../machines/values.ts';

/** @param strict the encoded picture is made to fit level 3.0 */
export function planView(
  { rungs, rejected }: PlanLadder,
  { plan: chosen, failedPlans }: Pick<StreamContext, 'plan' | 'failedPlans'>,
  strict: boolean,
): PlanView {
  const isChosen = (plan: CapturePlan) => chosen !== null && samePlan(chosen, plan);
  const ways = rungs.map((rung): WayView => {
    if (isChosen(rung.plan)) return wayOf(rung, 'chosen', null);
    const failed = failedPlans.find((one) => samePlan(one.plan, rung.plan));
    return wayOf(rung, failed ? 'failed' : 'possible', failed?.trouble ?? null);
  });
  // A capture that began when something else was best.
  const known = chosen === null || rungs.some(({ plan }) => isChosen(plan));
  return { ways: known ? ways : [wayOf(earlier(chosen, strict), 'chosen', null), ...ways], rejected };
}

function earlier(plan: CapturePlan, strict: boolean): PlanRung {
  const reasons = ['captured so since before; the best way is taken at the next start'];
  return { plan, reasons, costPercent: costPercent(plan, strict), busMbps: busMbps(plan), toExamine: false };
}

function wayOf(
  { plan, reasons, costPercent, busMbps, toExamine }: PlanRung,
  standing: WayView['standing'],
  trouble: WayView['trouble'],
): WayView {
  const { devicePath, encoderDevicePath, ...shown } = plan;
  return { plan: shown, reasons, costPercent, busMbps, toExamine, standing, trouble };
}
