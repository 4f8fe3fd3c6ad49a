/** What is written in a state's box and on an edge, line by line, with the room it takes. */
import type { ChartEdge, ChartState, Reaction, Trigger, TriggerKind } from '../../src/machines/chart.ts';
import { FONTS, lineHeightPx, widthPx, wrap } from './text.ts';

/** `blank` is the room of a sign without one: a line that goes on. */
export type Icon = 'clock' | 'play' | 'stay' | 'again' | 'nested' | 'blank';

export interface Line {
  readonly font: keyof typeof FONTS;
  /** Class of the text: how it is coloured. */
  readonly tone: 'strong' | 'plain' | 'quiet' | 'event' | 'guard';
  /** A small picture before the text. */
  readonly icon: Icon | null;
  readonly text: string;
  /** A guard that stands on the same line. */
  readonly guard?: string;
}

/** Tall drawings want long lines, wide ones short lines. */
export interface TextShape {
  readonly columns: number;
  readonly guardsBeside: boolean;
}

export interface Content {
  readonly lines: readonly Line[];
  readonly widthPx: number;
  readonly heightPx: number;
}

export const ICON_PX = 16;
export const PADDING_PX = 10;
/** Stands where transitions start that a container takes from whichever state inside it is active. */
export const ANY_MARK = 'in any state';
const LABEL_COLUMNS = 34;
/** Longer lists of reactions are cut; the tooltip has them all. */
const REACTION_LIMIT = 6;

/** The lines of a state's box. */
export function stateContent(state: ChartState, shape: TextShape): Content {
  const lines: Line[] = [{ font: 'name', tone: 'strong', icon: null, text: state.name }];
  for (const text of counted(state.invokes)) lines.push({ font: 'code', tone: 'plain', icon: 'play', text });
  for (const text of wrap(state.description ?? '', shape.columns)) {
    lines.push({ font: 'text', tone: 'quiet', icon: null, text });
  }
  for (const [row, text] of wrap((state.inside ?? []).join(', '), shape.columns).entries()) {
    lines.push({ font: 'text', tone: 'plain', icon: row === 0 ? 'nested' : 'blank', text });
  }
  lines.push(...reactionLines(state.reactions));
  return measured(lines);
}

/** The lines of an edge's label: one trigger after the other. */
export function edgeContent(edge: ChartEdge, shape: TextShape): Content {
  return measured(joined(edge.triggers).flatMap((trigger) => triggerLines(trigger, shape)));
}

/** The same in words, for a tooltip. */
export function triggerSentence(trigger: Trigger): string {
  const when = trigger.kind === 'delay' ? `after ${trigger.text}` : trigger.text || 'at once';
  const guarded = trigger.guard ? `${when} [${trigger.guard}]` : when;
  return trigger.description ? `${guarded}: ${trigger.description}` : guarded;
}

function triggerLines(trigger: Trigger, shape: TextShape): readonly Line[] {
  if (!trigger.text && !trigger.guard) return [{ font: 'code', tone: 'guard', icon: null, text: 'at once' }];
  const lines: Line[] = [];
  const guard = trigger.guard ? `[${trigger.guard}]` : '';
  const line: Line = { font: 'code', tone: 'event', icon: iconOf(trigger.kind), text: trigger.text };
  if (
    shape.guardsBeside &&
    trigger.text &&
    guard &&
    trigger.text.length + 1 + guard.length <= LABEL_COLUMNS
  ) {
    return [{ ...line, guard: ` ${guard}` }];
  }
  if (trigger.text) lines.push(line);
  for (const text of wrap(guard, LABEL_COLUMNS))
    lines.push({ font: 'code', tone: 'guard', icon: null, text });
  return lines;
}

/** `probe done` and `probe failed` to the same place are one line. */
function joined(triggers: readonly Trigger[]): readonly Trigger[] {
  const twin = (one: Trigger, word: string) =>
    triggers.find(
      (other) => other.guard === one.guard && other.text === one.text.replace(/ (done|failed)$/, ` ${word}`),
    );
  return triggers.flatMap((trigger) => {
    if (trigger.kind !== 'done') return [trigger];
    if (trigger.text.endsWith(' done') && twin(trigger, 'failed')) {
      return [{ ...trigger, text: `${trigger.text} or failed` }];
    }
    return trigger.text.endsWith(' failed') && twin(trigger, 'done') ? [] : [trigger];
  });
}

function counted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].map((name) => {
    const count = names.filter((other) => other === name).length;
    return count === 1 ? name : `${count} × ${name}`;
  });
}

function reactionLines(reactions: readonly Reaction[]): readonly Line[] {
  const names = new Map<string, Line>();
  for (const reaction of reactions) {
    const icon = reaction.kind === 'delay' ? 'clock' : reaction.restarts ? 'again' : 'stay';
    const text = reaction.text || 'at once';
    names.set(`${icon} ${text}`, { font: 'code', tone: 'quiet', icon, text });
  }
  const lines = [...names.values()];
  if (lines.length <= REACTION_LIMIT) return lines;
  const rest = lines.length - REACTION_LIMIT + 1;
  const more: Line = { font: 'text', tone: 'quiet', icon: null, text: `and ${rest} more` };
  return [...lines.slice(0, REACTION_LIMIT - 1), more];
}

function iconOf(kind: TriggerKind): Line['icon'] {
  return kind === 'delay' ? 'clock' : null;
}

/** Width of one line with its icon. */
export function lineWidthPx(line: Line): number {
  return widthPx(line.text + (line.guard ?? ''), FONTS[line.font]) + (line.icon ? ICON_PX : 0);
}

function measured(lines: readonly Line[]): Content {
  const heights = lines.map((line) => lineHeightPx(FONTS[line.font]));
  return {
    lines,
    widthPx: Math.max(0, ...lines.map(lineWidthPx)),
    heightPx: heights.reduce((sum, height) => sum + height, 0),
  };
}
