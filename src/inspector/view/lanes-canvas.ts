/** Draws the lanes on a canvas: thousands of pieces at once, which elements of a page would not bear. */
import { FOLD_MS } from '../model/axis.ts';
import type { Lane, Piece } from '../model/lanes.ts';
import { story } from '../store.ts';
import type { TimeView } from './time-view.ts';

export const LANE_PX = 18;
const BAR_PX = 10;
/** A step is found by a click this near. */
const NEAR_PX = 7;

export interface LanesShown {
  readonly lanes: readonly Lane[];
  readonly view: TimeView;
  readonly width: number;
  readonly chosen: string;
  readonly chosenStep: number | null;
}

export interface LaneHit {
  readonly lane: Lane;
  /** Of the step; null: none is near. */
  readonly index: number | null;
  readonly state: string;
}

export function drawLanes(canvas: HTMLCanvasElement, shown: LanesShown): void {
  const { lanes, width, view, chosen, chosenStep } = shown;
  const height = Math.max(1, lanes.length) * LANE_PX;
  const ratio = devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.height = `${height}px`;
  const pen = canvas.getContext('2d');
  if (pen === null) return;
  pen.scale(ratio, ratio);
  const colours = getComputedStyle(canvas);
  const colour = (name: string) => colours.getPropertyValue(name).trim();
  drawFolds(pen, view, width, height, colour('--fold'));
  for (const [row, lane] of lanes.entries()) {
    const top = row * LANE_PX;
    if (lane.actor === chosen) {
      pen.fillStyle = colour('--chosen');
      pen.fillRect(0, top, width, LANE_PX);
    }
    for (const piece of lane.pieces) {
      const [left, right] = endsOf(piece, view, width);
      if (right < 0 || left > width) continue;
      pen.fillStyle = colour(`--${piece.mood}`);
      pen.globalAlpha = piece.mood === 'rest' ? 0.35 : 0.85;
      const y = top + (LANE_PX - BAR_PX) / 2;
      pen.beginPath();
      pen.roundRect(
        Math.max(-4, left),
        y,
        Math.max(1.5, Math.min(width + 4, right) - Math.max(-4, left) - 1),
        BAR_PX,
        2.5,
      );
      pen.fill();
    }
  }
  pen.globalAlpha = 1;
  drawBreaks(pen, view, width, height, colour('--quiet'), colour('--trouble'));
  if (chosenStep !== null) drawChosen(pen, shown, chosenStep, colour('--taken'));
}

/** What lies under the pointer. */
export function stepAt(
  lanes: readonly Lane[],
  view: TimeView,
  width: number,
  x: number,
  y: number,
): LaneHit | null {
  const lane = lanes[Math.floor(y / LANE_PX)];
  if (lane === undefined) return null;
  const piece = lane.pieces.findLast((one) => endsOf(one, view, width)[0] <= x);
  const ends = lane.pieces.flatMap(({ from, to }) => [from, to]).filter((index) => index !== null);
  let best: number | null = null;
  for (const index of ends) {
    const far = Math.abs(placeOf(index, view, width) - x);
    if (far <= NEAR_PX && (best === null || far < Math.abs(placeOf(best, view, width) - x))) best = index;
  }
  return { lane, index: best, state: piece?.state ?? 'not there' };
}

function endsOf({ from, to }: Piece, view: TimeView, width: number): readonly [number, number] {
  return [
    from === null ? -Infinity : placeOf(from, view, width),
    to === null ? Infinity : placeOf(to, view, width),
  ];
}

function placeOf(index: number, { from, to }: TimeView, width: number): number {
  return ((story.value.axis.folded[index]! - from) / (to - from)) * width;
}

/** Where the axis is folded, stripes show that time was left out. */
function drawFolds(
  pen: CanvasRenderingContext2D,
  view: TimeView,
  width: number,
  height: number,
  colour: string,
): void {
  const { at, folded } = story.value.axis;
  pen.strokeStyle = colour;
  pen.lineWidth = 1;
  for (let index = 1; index < at.length; index++) {
    if (at[index]! - at[index - 1]! <= FOLD_MS) continue;
    const [left, right] = [placeOf(index - 1, view, width), placeOf(index, view, width)];
    if (right < 0 || left > width || folded[index] === undefined) continue;
    pen.save();
    pen.beginPath();
    pen.rect(left + 1, 0, right - left - 2, height);
    pen.clip();
    pen.beginPath();
    for (let x = left - height; x < right; x += 7) {
      pen.moveTo(x, height);
      pen.lineTo(x + height, 0);
    }
    pen.stroke();
    pen.restore();
  }
}

/** Lines through all lanes: the service was started here; steps are missing here. */
function drawBreaks(
  pen: CanvasRenderingContext2D,
  view: TimeView,
  width: number,
  height: number,
  life: string,
  gap: string,
): void {
  const line = (index: number, colour: string, dash: readonly number[]) => {
    const x = placeOf(index, view, width);
    pen.strokeStyle = colour;
    pen.lineWidth = 1.5;
    pen.setLineDash([...dash]);
    pen.beginPath();
    pen.moveTo(x, 0);
    pen.lineTo(x, height);
    pen.stroke();
  };
  for (const [index, record] of story.value.records.entries())
    if (record.kind === 'life') line(index, life, []);
  for (const index of story.value.gaps) line(index, gap, [3, 3]);
  pen.setLineDash([]);
}

function drawChosen(
  pen: CanvasRenderingContext2D,
  { lanes, view, width }: LanesShown,
  index: number,
  colour: string,
): void {
  const row = lanes.findIndex(({ actor }) => actor === story.value.records[index]?.actor);
  if (row === -1) return;
  const [x, y] = [placeOf(index, view, width), row * LANE_PX + LANE_PX / 2];
  pen.fillStyle = colour;
  pen.beginPath();
  pen.moveTo(x, y - 7);
  pen.lineTo(x + 5, y);
  pen.lineTo(x, y + 7);
  pen.lineTo(x - 5, y);
  pen.fill();
}
