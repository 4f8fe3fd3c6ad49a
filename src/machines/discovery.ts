/**
 * Owns the list of devices that are plugged in. Turns node events of whatever source into one event per physical
 * change, and lists everything again now and then, so a lost event costs a minute at most. Never probes.
 * Reports `device.attached`, `device.changed`, `device.detached`, `devices.listed`, `discovery.changed`.
 */
import { assign, enqueueActions, fromCallback, fromPromise, sendTo, setup } from 'xstate';
import { type Trouble, troubleOf } from './errors.ts';
import { devicesOf, handleOf } from './identity.ts';
import { parentOf } from './report.ts';
import type { Device, DeviceChange, DeviceNode, DeviceSourceKind } from './values.ts';

export interface DiscoveryInput {
  readonly rescanIntervalMs: number;
  /** After a source that failed. */
  readonly retryMs: number;
}

export interface DiscoveryContext extends DiscoveryInput {
  readonly source: DeviceSourceKind | null;
  readonly nodes: readonly DeviceNode[];
  readonly trouble: Trouble | null;
}

export type DiscoveryEvent =
  | { type: 'source.ready'; kind: DeviceSourceKind }
  | { type: 'source.failed'; trouble: Trouble }
  | { type: 'source.changed'; change: DeviceChange; atMs: number }
  | { type: 'discovery.rescan' };

export type DiscoveryReport =
  | { type: 'device.attached'; device: Device; atMs: number }
  | { type: 'device.changed'; device: Device; atMs: number }
  | { type: 'device.detached'; handle: string; atMs: number }
  | { type: 'devices.listed'; atMs: number }
  | { type: 'discovery.changed'; trouble: Trouble | null };

export interface NodesListed {
  readonly nodes: readonly DeviceNode[];
  readonly atMs: number;
}

/** The nodes after one change; the same array when the change says nothing new. */
export function nodesAfter(nodes: readonly DeviceNode[], change: DeviceChange): readonly DeviceNode[] {
  if (change.type === 'node.removed') return without(nodes, change.syspath);
  // It may have been listed before udev had asked the driver.
  if (change.node.captures === false) return without(nodes, change.node.syspath);
  const index = nodes.findIndex((node) => node.syspath === change.node.syspath);
  if (index < 0) return [...nodes, change.node];
  if (sameNode(nodes[index]!, change.node)) return nodes;
  return nodes.with(index, change.node);
}

function without(nodes: readonly DeviceNode[], syspath: string): readonly DeviceNode[] {
  const left = nodes.filter((node) => node.syspath !== syspath);
  return left.length === nodes.length ? nodes : left;
}

/** What happened to devices between two lists of nodes, detached first. */
export function deviceReports(
  before: readonly DeviceNode[],
  after: readonly DeviceNode[],
  atMs: number,
): readonly DiscoveryReport[] {
  const old = new Map(devicesOf(before).map((device) => [handleOf(device), device]));
  const now = new Map(devicesOf(after).map((device) => [handleOf(device), device]));
  const reports: DiscoveryReport[] = [];
  for (const handle of old.keys())
    if (!now.has(handle)) reports.push({ type: 'device.detached', handle, atMs });
  for (const [handle, device] of now) {
    const was = old.get(handle);
    if (was === undefined) reports.push({ type: 'device.attached', device, atMs });
    else if (JSON.stringify(was) !== JSON.stringify(device))
      reports.push({ type: 'device.changed', device, atMs });
  }
  return reports;
}

/**
 * Whether a change brings a second device with a serial that is plugged in already. It may be the same camera in another
 * port, whose removal was lost; only a full list can tell.
 */
export function bringsTwin(nodes: readonly DeviceNode[], change: DeviceChange): boolean {
  const after = nodesAfter(nodes, change);
  if (after === nodes) return false;
  const twins = (some: readonly DeviceNode[]) =>
    devicesOf(some).filter((device) => device.twins !== undefined);
  return twins(after).length > twins(nodes).length;
}

function sameNode(a: DeviceNode, b: DeviceNode): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** It is told of by the list alone. */
const listTwin = {
  guard: {
    type: 'bringsTwin' as const,
    params: ({ event }: { event: { change: DeviceChange } }) => ({ change: event.change }),
  },
  target: '#discovery.sourcing.listing' as const,
  reenter: true,
};

export const discoveryMachine = setup({
  types: {} as { context: DiscoveryContext; events: DiscoveryEvent; input: DiscoveryInput },
  actors: {
    /** Sends `source.ready`, `source.changed`, `source.failed`. */
    watchDevices: fromCallback<DiscoveryEvent>(() => {}),
    listDevices: fromPromise<NodesListed>(() =>
      Promise.reject(new Error('listDevices: no adapter provided')),
    ),
  },
  actions: {
    storeSource: assign({ source: (_, params: { kind: DeviceSourceKind }) => params.kind, trouble: null }),
    storeTrouble: assign({ trouble: (_, params: { error: unknown }) => troubleOf(params.error) }),
    clearTrouble: assign({ trouble: null }),
    applyChange: enqueueActions(({ context, enqueue }, params: { change: DeviceChange; atMs: number }) => {
      const nodes = nodesAfter(context.nodes, params.change);
      if (nodes === context.nodes) return;
      enqueue.assign({ nodes });
      for (const report of deviceReports(context.nodes, nodes, params.atMs)) enqueue.sendTo(parentOf, report);
    }),
    applyList: enqueueActions(({ context, enqueue }, params: NodesListed) => {
      const nodes = params.nodes.filter((node) => node.captures !== false);
      enqueue.assign({ nodes });
      for (const report of deviceReports(context.nodes, nodes, params.atMs)) enqueue.sendTo(parentOf, report);
      enqueue.sendTo(parentOf, { type: 'devices.listed', atMs: params.atMs });
    }),
    reportChanged: sendTo(parentOf, ({ context }) => ({
      type: 'discovery.changed',
      trouble: context.trouble,
    })),
  },
  guards: {
    polls: ({ context }) => context.source === 'polling',
    tellsNews: ({ context }, params: { change: DeviceChange }) =>
      nodesAfter(context.nodes, params.change) !== context.nodes,
    bringsTwin: ({ context }, params: { change: DeviceChange }) => bringsTwin(context.nodes, params.change),
  },
  delays: {
    rescanInterval: ({ context }) => context.rescanIntervalMs,
    retry: ({ context }) => context.retryMs,
  },
}).createMachine({
  id: 'discovery',
  description: 'Which devices are plugged in.',
  context: ({ input }) => ({ ...input, source: null, nodes: [], trouble: null }),
  initial: 'sourcing',
  states: {
    sourcing: {
      description: 'A source is being watched.',
      invoke: { id: 'watchDevices', src: 'watchDevices' },
      on: {
        'source.failed': {
          target: 'retrying',
          actions: { type: 'storeTrouble', params: ({ event }) => ({ error: event.trouble }) },
        },
        'source.changed': { actions: { type: 'applyChange', params: ({ event }) => event } },
      },
      initial: 'starting',
      states: {
        starting: {
          description:
            'Waiting until events are received; listed only after that, so nothing is lost between.',
          on: {
            'source.ready': {
              target: 'listing',
              actions: { type: 'storeSource', params: ({ event }) => ({ kind: event.kind }) },
            },
          },
        },
        listing: {
          description: 'Everything that is plugged in is listed.',
          on: {
            'source.changed': [
              listTwin,
              // The list under way may have been read before this change and would take it back.
              {
                guard: { type: 'tellsNews', params: ({ event }) => event },
                target: 'listing',
                reenter: true,
                actions: { type: 'applyChange', params: ({ event }) => event },
              },
            ],
          },
          invoke: {
            id: 'listDevices',
            src: 'listDevices',
            onDone: {
              target: 'choosing',
              actions: ['clearTrouble', { type: 'applyList', params: ({ event }) => event.output }],
            },
            onError: {
              target: 'choosing',
              actions: { type: 'storeTrouble', params: ({ event }) => ({ error: event.error }) },
            },
          },
        },
        choosing: {
          entry: 'reportChanged',
          always: [{ guard: 'polls', target: 'polling' }, { target: 'watching' }],
        },
        watching: {
          description: 'udev tells of every change.',
          after: { rescanInterval: 'listing' },
          on: { 'discovery.rescan': 'listing', 'source.changed': listTwin },
        },
        polling: {
          description: 'udev cannot be watched here: /sys is looked at again and again.',
          after: { rescanInterval: 'listing' },
          on: { 'discovery.rescan': 'listing', 'source.changed': listTwin },
        },
      },
    },
    retrying: {
      description: 'No source works; what was known stays. Tried again soon.',
      entry: 'reportChanged',
      after: { retry: 'sourcing' },
      on: { 'discovery.rescan': 'sourcing' },
    },
  },
});
