/** The ladder of ways to capture a camera as the plain view that the front desk reads. Pure. */
import type { PlanView } from '../api/door.ts';
import { type PlanLadder, samePlan } from '../machines/plan.ts';
import type { StreamContext } from '../machines/stream-values.ts';

export function planView(
  { rungs, rejected }: PlanLadder,
  { plan: chosen, failedPlans }: Pick<StreamContext, 'plan' | 'failedPlans'>,
): PlanView {
  const ways = rungs.map(({ plan, reasons, costPercent, busMbps, toExamine }) => {
    const failed = failedPlans.find((one) => samePlan(one.plan, plan));
    const isChosen = chosen !== null && samePlan(chosen, plan);
    const { devicePath, encoderDevicePath, ...shown } = plan;
    return {
      ...{ plan: shown, reasons, costPercent, busMbps, toExamine },
      standing: isChosen ? ('chosen' as const) : failed ? ('failed' as const) : ('possible' as const),
      trouble: isChosen ? null : (failed?.trouble ?? null),
    };
  });
  return { ways, rejected };
}
