/** All groups of rows, in the order of the table. */
import type { Group } from './group.ts';
import { listCalls, loginCalls, statusCalls } from './groups/calls.ts';
import { memory, processor } from './groups/costs.ts';
import { firstFrame } from './groups/first-frame.ts';
import { many } from './groups/many.ts';
import { recordingOrders, snapshotOrders } from './groups/orders.ts';
import { plug } from './groups/plug.ts';
import { recorder } from './groups/recorder.ts';
import { captureKilled, serverKilledMany, serverKilledOne } from './groups/revival.ts';
import { start } from './groups/start.ts';
import { ways } from './groups/ways.ts';

export const GROUPS: readonly Group[] = [
  ...[statusCalls, listCalls, loginCalls],
  ...[recordingOrders, snapshotOrders],
  ...[start, plug, firstFrame],
  ...[serverKilledOne, serverKilledMany, captureKilled],
  ...[memory, processor, ways, recorder, many],
];
