/** The controls machine's words, actors, actions, guards and delays; the chart is in controls.ts. */
import { assign, enqueueActions, fromPromise, setup } from 'xstate';
import { backoffMs } from './backoff.ts';
import {
  type AskedValue,
  driftOf,
  isTrouble,
  nextWish,
  readable,
  tells,
  unlocks,
  unsettable,
  valueFor,
} from './control-rules.ts';
import { type Trouble, troubleOf } from './errors.ts';
import { parentOf } from './report.ts';
import type {
  CameraId,
  Control,
  ControlDrift,
  ControlSetting,
  ControlTarget,
  ControlValue,
} from './values.ts';

export interface ControlLimits {
  /** One call to the camera. */
  readonly timeoutMs: number;
  /** Between looks at what should stand. */
  readonly checkMs: number;
  /** Rounds in a row that fail before it is left to the slow retry. */
  readonly attempts: number;
  readonly backoffMs: number;
  readonly retryMs: number;
}

export type ControlOrder = { readonly id: string } & (
  | { readonly kind: 'list' }
  | { readonly kind: 'set'; readonly name: string; readonly asked: AskedValue }
  | { readonly kind: 'reset'; readonly name: string }
);

/** What became of an order: null is well done. */
export interface ControlAnswer {
  readonly id: string;
  readonly trouble: Trouble | null;
  /** As the camera showed it afterwards. */
  readonly value: ControlValue | null;
}

export interface ControlsInput {
  readonly cameraId: CameraId;
  readonly limits: ControlLimits;
  readonly wishes: readonly ControlSetting[];
}

export interface ControlsContext extends ControlsInput {
  readonly target: ControlTarget | null;
  /** As listed last, with values read since. */
  readonly controls: readonly Control[];
  readonly orders: readonly ControlOrder[];
  /** The last ones, newest last. */
  readonly answers: readonly ControlAnswer[];
  /** Wishes that were set in this round. */
  readonly tried: readonly string[];
  readonly attempts: number;
  readonly drifted: readonly ControlDrift[];
  readonly trouble: Trouble | null;
}

export type ControlsEvent =
  | { type: 'camera.ready'; target: ControlTarget }
  | { type: 'camera.lost'; trouble: Trouble }
  /** The capture has begun to give pictures: some cameras forget their controls then. */
  | { type: 'stream.flowing' }
  | { type: 'controls.order'; order: ControlOrder };

/** What is wished has changed: to be kept with the camera. */
export type ControlsReport = { type: 'controls.wished'; wishes: readonly ControlSetting[] };

type Ask<Extra = unknown> = { readonly target: ControlTarget } & Extra;

/** More wait for nobody: a camera that hangs would gather them. */
const MAX_ORDERS = 16;
const MAX_ANSWERS = 32;

const no = (name: string) => () => Promise.reject(new Error(`${name}: no adapter provided`));
const listOrders = (orders: readonly ControlOrder[]) => orders.filter(({ kind }) => kind === 'list');

/** The order that is worked on: the oldest that wants something set. */
function current({
  orders,
}: Pick<ControlsContext, 'orders'>): Exclude<ControlOrder, { kind: 'list' }> | null {
  return orders.find((order) => order.kind !== 'list') ?? null;
}

/** What the current order comes to: why not, what to set, or (null) that there is nothing to set. */
export function meaningOf(
  context: Pick<ControlsContext, 'orders' | 'controls' | 'wishes'>,
): Trouble | ControlSetting | null {
  const order = current(context);
  if (order === null) return null;
  const control = context.controls.find(({ name }) => name === order.name);
  const isWished = context.wishes.some(({ name }) => name === order.name);
  if (control === undefined) {
    // A wish for what the camera does not have (any more) can still be taken back.
    if (order.kind === 'reset' && isWished) return null;
    const message = `The camera has no control named ${JSON.stringify(order.name)}.`;
    return { code: 'not-found', reason: 'control_unknown', message };
  }
  const refused = unsettable(control, context.controls);
  if (order.kind === 'reset') {
    if (refused !== null && !isWished) return refused;
    return refused !== null || control.default === null ? null : { name: order.name, value: control.default };
  }
  if (refused !== null) return refused;
  const value = valueFor(control, order.asked);
  return isTrouble(value) ? value : { name: order.name, value };
}

const isRefusal = (meaning: Trouble | ControlSetting | null): meaning is Trouble =>
  meaning !== null && 'code' in meaning;

function answered(context: ControlsContext, fits: (order: ControlOrder) => boolean, trouble: Trouble | null) {
  const value = (order: ControlOrder) =>
    order.kind === 'list' ? null : (context.controls.find(({ name }) => name === order.name)?.value ?? null);
  const answers = context.orders
    .filter(fits)
    .map((order) => ({ id: order.id, trouble, value: value(order) }));
  return {
    orders: context.orders.filter((order) => !fits(order)),
    answers: [...context.answers, ...answers].slice(-MAX_ANSWERS),
  };
}

function withValues(controls: readonly Control[], found: readonly ControlSetting[]): readonly Control[] {
  return controls.map((control) => {
    const now = found.find(({ name }) => name === control.name);
    return now === undefined ? control : { ...control, value: now.value };
  });
}

export const controlsSetup = setup({
  types: {} as { context: ControlsContext; events: ControlsEvent; input: ControlsInput },
  actors: {
    listControls: fromPromise<readonly Control[], Ask>(no('listControls')),
    setControl: fromPromise<void, Ask<{ setting: ControlSetting }>>(no('setControl')),
    readControls: fromPromise<readonly ControlSetting[], Ask<{ names: readonly string[] }>>(
      no('readControls'),
    ),
  },
  actions: {
    storeTarget: assign({ target: (_, params: { target: ControlTarget }) => params.target }),
    forgetCamera: assign({
      target: null,
      controls: [],
      tried: [],
      drifted: [],
      attempts: 0,
      trouble: null,
    }),
    queue: assign({
      orders: ({ context }, params: { order: ControlOrder }) => [...context.orders, params.order],
    }),
    storeControls: assign({ controls: (_, params: { controls: readonly Control[] }) => params.controls }),
    storeValues: assign({
      controls: ({ context }, params: { found: readonly ControlSetting[] }) =>
        withValues(context.controls, params.found),
    }),
    beginRound: assign({ tried: [] }),
    noteTried: assign({
      tried: ({ context }) => {
        const wish = nextWish(context.controls, context.wishes, context.tried);
        return wish === null ? context.tried : [...context.tried, wish.name];
      },
    }),
    storeDrift: assign({
      drifted: ({ context }, params: { found: readonly ControlSetting[] }) =>
        driftOf(readable(context.controls, context.wishes), params.found),
    }),
    countAttempt: assign({ attempts: ({ context }) => context.attempts + 1 }),
    clearAttempts: assign({ attempts: 0 }),
    beContent: assign({ attempts: 0, tried: [], drifted: [], trouble: null }),
    storeTrouble: assign({ trouble: (_, params: { error: unknown }) => troubleOf(params.error) }),
    // ---- orders
    answerLists: assign(({ context }) => answered(context, ({ kind }) => kind === 'list', null)),
    failOrders: assign(({ context }, params: { error: unknown }) =>
      answered(context, () => true, troubleOf(params.error)),
    ),
    failOrder: assign(({ context }, params: { error: unknown }) =>
      answered(context, (order) => order === current(context), troubleOf(params.error)),
    ),
    refuseOrder: assign(({ context }) => {
      const meaning = meaningOf(context);
      return answered(context, (order) => order === current(context), isRefusal(meaning) ? meaning : null);
    }),
    /** What the camera has taken is wished from now on; what was reset is not. */
    keepOrder: enqueueActions(({ context, enqueue }) => {
      const order = current(context);
      if (order === null) return;
      const others = context.wishes.filter(({ name }) => name !== order.name);
      const meaning = meaningOf(context);
      const control = context.controls.find(({ name }) => name === order.name);
      const isKept = order.kind === 'set' && control !== undefined && control.type !== 'button';
      const wishes = isKept && meaning !== null && !isRefusal(meaning) ? [...others, meaning] : others;
      enqueue.assign({ wishes, ...answered(context, (one) => one === order, null) });
      enqueue.sendTo(parentOf, { type: 'controls.wished', wishes });
    }),
    refuseTaken: assign(({ context }, params: { found: readonly ControlSetting[] }) => {
      const order = current(context);
      const meaning = meaningOf(context);
      const wanted = meaning === null || isRefusal(meaning) ? null : meaning.value;
      const found = params.found.find(({ name }) => name === order?.name)?.value ?? null;
      const trouble: Trouble = {
        code: 'probe-failed',
        reason: 'control_not_taken',
        message: `The camera did not take ${wanted} for ${order?.name}: it shows ${found ?? 'nothing'}.`,
      };
      return answered(context, (one) => one === order, trouble);
    }),
  },
  guards: {
    hasRoom: ({ context }) => context.orders.length < MAX_ORDERS,
    hasOrders: ({ context }) => context.orders.length > 0,
    hasLists: ({ context }) => listOrders(context.orders).length > 0,
    hasWishes: ({ context }) => context.wishes.length > 0,
    hasWork: ({ context }) => context.wishes.length > 0 || context.orders.length > 0,
    orderRefused: ({ context }) => current(context) !== null && isRefusal(meaningOf(context)),
    orderIsDone: ({ context }) => current(context) !== null && meaningOf(context) === null,
    hasOrder: ({ context }) => current(context) !== null,
    orderTells: ({ context }) => {
      const control = context.controls.find(({ name }) => name === current(context)?.name);
      return control !== undefined && tells(control);
    },
    /** What another control decides may be settable now. */
    unlocked: ({ context }, params: { name: string | undefined }) => {
      const control = context.controls.find(({ name }) => name === params.name);
      return control !== undefined && unlocks(control);
    },
    taken: ({ context }, params: { found: readonly ControlSetting[] }) => {
      const meaning = meaningOf(context);
      if (meaning === null || isRefusal(meaning)) return false;
      return driftOf([meaning], params.found).length === 0;
    },
    hasNextWish: ({ context }) => nextWish(context.controls, context.wishes, context.tried) !== null,
    triedSome: ({ context }) => context.tried.length > 0,
    nothingToRead: ({ context }) => readable(context.controls, context.wishes).length === 0,
    allHold: ({ context }, params: { found: readonly ControlSetting[] }) =>
      driftOf(readable(context.controls, context.wishes), params.found).length === 0,
    hasNoWish: ({ context }) => context.wishes.length === 0,
    attemptsLeft: ({ context }) => context.attempts < context.limits.attempts,
    /** The others would be asked of a camera that does not answer. */
    silent: (_, params: { error: unknown }) => troubleOf(params.error).code !== 'probe-failed',
    hasDrift: ({ context }) => context.drifted.length > 0,
  },
  delays: {
    timeout: ({ context }) => context.limits.timeoutMs,
    check: ({ context }) => context.limits.checkMs,
    backoff: ({ context: { attempts, limits } }) =>
      backoffMs(attempts, { firstMs: limits.backoffMs, longestMs: limits.retryMs, jitter: [1, 1] }),
    retry: ({ context }) => context.limits.retryMs,
  },
});

/** What is set next for an order. */
export function orderedSetting(context: ControlsContext): ControlSetting {
  return meaningOf(context) as ControlSetting;
}

/** The name of the control that the order at hand is about. */
export const orderedName = (context: ControlsContext) => current(context)?.name;
