/** The service as a process that sees the devices of a testbed and nothing else. */
import { startService, type TestService } from '../support/service.ts';
import type { Testbed } from './testbed.ts';

/** @param camera settings beside `include_real` */
export function startServiceOn(
  testbed: Testbed,
  camera: Readonly<Record<string, string | number>>,
): Promise<TestService> {
  return startService('simulator', {
    cameras: 0,
    variables: testbed.variables,
    nodeArguments: ['--import', `${import.meta.dirname}/udevd-runs.mjs`],
    config: { camera: { include_real: true, ...camera } },
  });
}
