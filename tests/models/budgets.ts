/** What the delays of the machines are with the default configuration, and the page that shows them beside their budgets. */
import type { AnyStateMachine } from 'xstate';
import { loadConfig } from '../../src/config/load.ts';
import { valueAt } from '../../src/config/tree.ts';
import { rollJitterBy } from '../../src/machines/backoff.ts';
import { NEVER_MS } from '../../src/machines/recording-facts.ts';
import { serviceInput } from '../../src/wiring/limits.ts';
import { MODELS } from './alphabets.ts';
import { BEFORE, BUDGETS_MS, FIRST_BACKOFF, PROMISES } from './budget-table.ts';

const config = loadConfig({ file: null, environment: {} });
const input = serviceInput(config, { cameras: [], recordings: [] });
const { camera } = input;
const { stream, recording } = camera;

/** Failures without end: the wait that doubles is at its longest. */
const OFTEN = 1000;

/** A context in which each delay is as long as it can be. */
const CONTEXTS: Readonly<Record<string, object>> = {
  service: input,
  discovery: input.discovery,
  storage: input.storage,
  'media-server': { limits: input.mediaServer.limits, restarts: OFTEN, openings: OFTEN, fast: [] },
  camera: { limits: camera, attempts: OFTEN },
  controls: { limits: camera.controls, attempts: OFTEN },
  stream: { limits: stream, attempts: OFTEN },
  path: {
    verifyIntervalMs: stream.verifyIntervalMs,
    verifyLimitMs: stream.verifyLimitMs,
    retryMs: stream.entryRetryMs,
  },
  viewers: { startTimeoutMs: stream.demandStartTimeoutMs, closeAfterMs: stream.demandCloseAfterMs },
  rivals: { limits: stream.rivals, rounds: OFTEN },
  watchdog: { limitMs: Math.max(stream.bytesLimitMs, stream.framesLimitMs, stream.pictureLimitMs) },
  warmup: { limitMs: stream.warmUpMs },
  recording: { limits: recording, deadlineMonoMs: null, lookedMonoMs: null },
  snapshot: { deadlineMs: config.snapshot.deadline_ms, orderedMonoMs: 0, frameSeenMonoMs: null },
};

/** Raised with a delay of their own: no state of the chart names them. */
const RAISED: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  stream: { 'call.lapsed': stream.callCloseAfterMs },
  recording: { 'resume.lapsed': recording.resumeMs },
};

type Delay = number | ((args: { context: object }) => number);

/** Every delay of every machine, as long as it can be, in milliseconds. @throws Error for a machine without a context */
export function longestDelays(): Readonly<Record<string, Readonly<Record<string, number>>>> {
  return withLuck(1, () =>
    Object.fromEntries(
      Object.entries(MODELS).map(([name, { machine }]) => [
        name,
        { ...delaysOf(name, machine), ...RAISED[name] },
      ]),
    ),
  );
}

function delaysOf(name: string, machine: AnyStateMachine): Record<string, number> {
  const context = CONTEXTS[name];
  if (context === undefined) throw new Error(`no context for the delays of ${name}`);
  const delays = Object.entries(machine.implementations.delays as Record<string, Delay>);
  return Object.fromEntries(
    delays.map(([delay, value]) => [delay, typeof value === 'number' ? value : value({ context })]),
  );
}

/** Of jitter the least (0) or the most (1) is drawn. */
function withLuck<T>(luck: number, act: () => T): T {
  const giveBack = rollJitterBy(() => luck);
  try {
    return act();
  } finally {
    giveBack();
  }
}

/** A delay as `machine.delay`, or a key of the configuration; in milliseconds. @throws Error for what is neither */
export function lengthMs(name: string): number {
  if (name === FIRST_BACKOFF) return Math.round(stream.backoffMs * stream.backoffJitter[1]);
  const [machine = '', ...rest] = name.split('.');
  const found = longestDelays()[machine]?.[rest.join('.')] ?? valueAt({ ...config }, name);
  if (typeof found !== 'number') throw new Error(`${name} is no delay and no key of the configuration`);
  return found;
}

/** docs/budgets.md */
export function budgetDocs(): string {
  const delays = Object.entries(longestDelays()).flatMap(([machine, own]) =>
    Object.entries(own).map(
      ([delay, ms]) =>
        `| ${machine} | \`${delay}\` | ${told(ms)} | ${told(BUDGETS_MS[machine]?.[delay] ?? 0)} |`,
    ),
  );
  const promises = PROMISES.map(({ what, budgetMs, path }) => {
    const sumMs = path.reduce((sum, name) => sum + lengthMs(name), 0);
    return `| ${what} | ${path.map((name) => `\`${name}\``).join(' + ')} | ${told(sumMs)} | ${told(budgetMs)} |`;
  });
  const order = BEFORE.map(
    ([first, second, why]) =>
      `| \`${first}\` | ${told(lengthMs(first))} | \`${second}\` | ${told(lengthMs(second))} | ${why} |`,
  );
  return `# Budgets of time

How long each wait of the [machines](machines/README.md) may be with the default configuration, and what that makes of ways through
several of them. Made by \`npm run docs\` from tests/models/budget-table.ts; a test computes the values from the defaults of the
[configuration](configuration.md), compares them, and fails for a delay without a budget. A wait that doubles is shown at its longest,
with the most jitter.

## Promises

Each is the sum of what may pass on its way at worst. What the kernel, ffmpeg and the media server take for their own work is not in
it; where that has a limit, the limit is.

| what | made of | sum | budget |
| --- | --- | --: | --: |
${promises.join('\n')}

## What comes first

| limit | | comes before | | so that |
| --- | --: | --- | --: | --- |
${order.join('\n')}

## Delays

| machine | delay | at most | budget |
| --- | --- | --: | --: |
${delays.join('\n')}
`;
}

function told(ms: number): string {
  if (ms >= NEVER_MS) return 'never';
  return ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`;
}
