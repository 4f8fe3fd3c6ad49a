/** How large the chart is drawn. */
import { signal } from '@preact/signals';

/** `whole`: all of the drawing is in sight; null: as large as it fits, but so that it can be read. */
export type Scale = number | 'whole' | null;

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Fits {
  /** Of the whole drawing, however small its letters become. */
  readonly whole: number;
  /** With letters that can be read; what is then outside is scrolled to. */
  readonly readable: number;
}

/** Below this nobody reads the letters with ease. */
const READABLE = 0.8;
const LARGEST_FIT = 1.25;
const EDGE_PX = 24;
const BOUNDS = { smallest: 0.2, largest: 3 };

/** As a person wants it. */
export const scale = signal<Scale>(null);

/** The sizes at which the sheet fits, as the drawing measured them. */
export const fits = signal<Fits>({ whole: 1, readable: 1 });

export function fitsOf(room: Size, drawing: Size): Fits {
  const whole = Math.max(
    0.01,
    Math.min(LARGEST_FIT, (room.width - EDGE_PX) / drawing.width, (room.height - EDGE_PX) / drawing.height),
  );
  return { whole, readable: Math.max(READABLE, whole) };
}

export function factorOf(wanted: Scale, { whole, readable }: Fits): number {
  if (wanted === 'whole') return whole;
  return wanted ?? readable;
}

/** A little larger or smaller than it is; what fits only when it is tiny may stay so. */
export function zoomed(wanted: Scale, now: Fits, by: number): number {
  const factor = factorOf(wanted, now);
  const { smallest, largest } = BOUNDS;
  return Math.min(largest, Math.max(Math.min(smallest, factor), factor * by));
}
