/** The buttons of the synthetic cameras. For admins. */
import { z } from 'zod';
import type { SyntheticFault } from '../../machines/ports.ts';
import { RpcFault } from '../rpc/fault.ts';
import { deviceParam, requireCamera } from '../shapes/common.ts';
import { method } from './method.ts';

const FAULTS = [
  'plug',
  'unplug',
  'freeze',
  'thaw',
  'mute',
  'unmute',
] as const satisfies readonly SyntheticFault[];

export const injectFault = method({
  name: 'inject_fault',
  role: 'admin',
  summary:
    'Makes a synthetic camera misbehave: plug, unplug; freeze (the same picture again and again), thaw; mute (no pictures), unmute. Only with `debug.fault_injection` on.',
  params: z.strictObject({
    fault: z.enum(FAULTS),
    device: deviceParam.optional().describe('a synthetic camera'),
  }),
  result: z.strictObject({ injected: z.literal(true), fault: z.enum(FAULTS), device: z.string().nullable() }),
  errors: ['not-found', 'invalid-state', 'unsupported'],
  causes: ['camera_status_update'],
  allowedStates: ['synthetic'],
  example: {
    params: { fault: 'unplug', device: 'camera0' },
    result: { injected: true, fault: 'unplug', device: 'camera0' },
  },
  handle: async ({ fault, device }, { desk, session, correlationId }) => {
    if (!desk.settings.faultInjection) {
      throw new RpcFault('unsupported', {
        reason: 'feature_disabled',
        details: 'Fault injection is switched off.',
        suggestion: 'Set debug.fault_injection to true, on a machine where that harms nobody.',
        fields: { feature: 'fault_injection' },
      });
    }
    const cameraId = device === undefined ? null : requireCamera(desk.door, device).device;
    desk.log.warn(
      {
        event: 'fault_injected',
        correlation_id: correlationId,
        user: session.principal?.subject,
        fault,
        device: cameraId,
      },
      'fault injected',
    );
    await desk.door.injectFault(fault, cameraId);
    return { injected: true as const, fault, device: cameraId };
  },
});
