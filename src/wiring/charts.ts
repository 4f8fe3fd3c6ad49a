/** The charts of all machines, for clients: read once each, when somebody asks. */
import type { AnyStateMachine } from 'xstate';
import { cameraMachine } from '../machines/camera.ts';
import type { Chart } from '../machines/chart.ts';
import { controlsMachine } from '../machines/controls.ts';
import { discoveryMachine } from '../machines/discovery.ts';
import { mediaServerMachine } from '../machines/media-server.ts';
import { pathMachine } from '../machines/path.ts';
import { readMachine } from '../machines/read-machine.ts';
import { recordingMachine } from '../machines/recording.ts';
import { rivalsMachine } from '../machines/rivals.ts';
import { serviceMachine } from '../machines/service.ts';
import { snapshotMachine } from '../machines/snapshot.ts';
import { storageMachine } from '../machines/storage.ts';
import { streamMachine } from '../machines/stream.ts';
import { viewersMachine } from '../machines/viewers.ts';
import { warmupMachine } from '../machines/warmup.ts';
import { watchdogMachine } from '../machines/watchdog.ts';

const MACHINES: readonly AnyStateMachine[] = [
  ...[serviceMachine, discoveryMachine, mediaServerMachine, storageMachine],
  ...[cameraMachine, controlsMachine, streamMachine, pathMachine, viewersMachine, rivalsMachine],
  ...[watchdogMachine, warmupMachine, snapshotMachine, recordingMachine],
];

const charts = new Map<string, Chart>();

/** Ids of all machines, the outermost first. */
export const machineNames: readonly string[] = MACHINES.map(({ id }) => id);

/** @param name the machine's id, e.g. `stream` */
export function chartOf(name: string): Chart | undefined {
  const machine = MACHINES.find(({ id }) => id === name);
  if (machine === undefined) return undefined;
  const chart = charts.get(name) ?? readMachine(name, machine);
  charts.set(name, chart);
  return chart;
}
