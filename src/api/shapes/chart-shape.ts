/** A statechart for clients: flat lists, since a program looks things up by id. */
import { z } from 'zod';
import type { Chart, ChartState, Trigger } from '../../machines/chart.ts';

const chartState = z.strictObject({
  id: z.string().describe('e.g. `stream.live.flowing`'),
  name: z.string(),
  parent: z.string().nullable().describe('null: the machine itself'),
  type: z.enum(['atomic', 'compound', 'parallel', 'final', 'history']),
  description: z.string().nullable(),
  initial: z.string().nullable().describe('id of the state entered first'),
  invokes: z.array(z.string()).describe('actors that live as long as the state'),
  entry: z.array(z.string()).describe('actions that run when it is entered'),
  exit: z.array(z.string()).describe('actions that run when it is left'),
});

const chartTransition = z.strictObject({
  source: z.string().describe('id of a state'),
  target: z.string().nullable().describe('null: it only acts, or enters its state anew'),
  kind: z
    .enum(['event', 'delay', 'always', 'done'])
    .describe(
      '`delay`: a timer; `always`: as soon as its guard holds; `done`: an actor or the states inside ended',
    ),
  name: z.string().describe('of the event, of the delay; empty for `always`'),
  guard: z.string().nullable().describe('null: whenever it happens; `otherwise`: those before it had guards'),
  description: z.string().nullable(),
  from_any_inside: z.boolean().describe('it is taken from whichever state inside the source is active'),
  restarts: z.boolean().describe('the state is entered anew'),
  actions: z.array(z.string()).describe('that it runs, in order'),
});

export const chartShape = z.strictObject({
  machine: z.string(),
  states: z.array(chartState).describe('outer ones first'),
  transitions: z.array(chartTransition),
});

/** A chart as it is sent. */
export type ChartForm = z.infer<typeof chartShape>;

type State = z.infer<typeof chartState>;
type Transition = z.infer<typeof chartTransition>;

export function chartForm({ name, root, edges }: Chart): z.infer<typeof chartShape> {
  const states: State[] = [];
  const transitions: Transition[] = [];
  const visit = (state: ChartState, parent: string | null): void => {
    const { id, name: key, description, initial } = state;
    const type = state.type as State['type'];
    const [invokes, entry, exit] = [[...state.invokes], [...state.entry], [...state.exit]];
    states.push({ id, name: key, parent, type, description, initial, invokes, entry, exit });
    for (const reaction of state.reactions) {
      const { restarts } = reaction;
      transitions.push({
        source: id,
        target: null,
        ...triggerForm(reaction),
        from_any_inside: true,
        restarts,
      });
    }
    for (const inner of state.states) visit(inner, id);
  };
  visit(root, null);
  for (const { source, target, fromAnyInside, triggers } of edges) {
    for (const trigger of triggers)
      transitions.push({
        ...{ source, target, ...triggerForm(trigger) },
        ...{ from_any_inside: fromAnyInside, restarts: false },
      });
  }
  return { machine: name, states, transitions };
}

function triggerForm({ kind, text, guard, description, actions }: Trigger) {
  return { kind, name: text, guard, description, actions: [...actions] };
}
