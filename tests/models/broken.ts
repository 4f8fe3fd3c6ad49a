/** Machines that are broken on purpose: what a proof is worth shows in what it catches. */
import { type AnyStateMachine, StateMachine } from 'xstate';

// biome-ignore lint/suspicious/noExplicitAny: any part of a chart
export type StateConfig = { readonly states?: Readonly<Record<string, StateConfig>> } & Record<string, any>;

/** The same machine with another state at this path; the empty path is the whole of it. */
export function withState(
  machine: AnyStateMachine,
  path: string,
  other: (config: StateConfig) => StateConfig,
): AnyStateMachine {
  const within = (config: StateConfig, [key, ...rest]: readonly string[]): StateConfig =>
    key === undefined
      ? other(config)
      : { ...config, states: { ...config.states, [key]: within(config.states?.[key] ?? {}, rest) } };
  const config = within(machine.config as unknown as StateConfig, path === '' ? [] : path.split('.'));
  return new StateMachine(config as never, machine.implementations as never) as AnyStateMachine;
}

/** What makes a state go on is taken out of it and of all states in it. */
export function broken(machine: AnyStateMachine, path: string, keys: readonly string[]): AnyStateMachine {
  const cut = (config: StateConfig): StateConfig => {
    const kept = Object.entries(config).filter(([key]) => !keys.includes(key));
    const states = Object.entries(config.states ?? {}).map(([key, child]) => [key, cut(child)]);
    return {
      ...Object.fromEntries(kept),
      ...(states.length > 0 ? { states: Object.fromEntries(states) } : {}),
    };
  };
  return withState(machine, path, cut);
}
