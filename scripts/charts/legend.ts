/** The key under every drawing: only the signs that occur in it. */
import { ANY_MARK } from './content.ts';
import type { Layout } from './layout.ts';
import { arrowPath, iconShape } from './svg-parts.ts';
import { FONTS, widthPx } from './text.ts';

interface Entry {
  readonly text: string;
  readonly occurs: boolean;
  readonly sign: (x: number, y: number) => string;
}

const SIGN_WIDTH_PX = 32;
const GAP_PX = 18;
const ROW_PX = 22;

/** Signs and their meaning in rows from (0, 0), and the height they take. */
export function legend(
  layout: Layout,
  availablePx: number,
): { readonly lines: readonly string[]; readonly heightPx: number } {
  let [left, row] = [0, 0];
  const lines = entriesOf(layout).map(({ sign, text }) => {
    const width = SIGN_WIDTH_PX + widthPx(text, FONTS.text);
    if (left > 0 && left + width > availablePx) [left, row] = [0, row + 1];
    const [x, y] = [left, row * ROW_PX + 12];
    left += width + GAP_PX;
    return `${sign(x, y)}<text class="text quiet" x="${x + SIGN_WIDTH_PX}" y="${y + 4}">${text}</text>`;
  });
  return { lines, heightPx: (row + 1) * ROW_PX };
}

function entriesOf(layout: Layout): readonly Entry[] {
  const states = layout.states.map(({ state }) => state);
  const triggers = layout.edges.flatMap(({ edge }) => edge?.triggers ?? []);
  const reactions = states.flatMap((state) => state.reactions);
  const icon =
    (name: 'play' | 'clock' | 'stay' | 'again' | 'nested', tone: string) => (x: number, y: number) =>
      iconShape(name, x + 16, y, tone);
  const box = (kind: string) => (x: number, y: number) =>
    `<rect class="box ${kind} depth1" x="${x + 2}" y="${y - 8}" width="24" height="16" rx="5"/>`;
  const entries: readonly Entry[] = [
    {
      text: 'start',
      occurs: layout.dots.length > 0,
      sign: (x, y) => `<circle class="dot" cx="${x + 16}" cy="${y}" r="5"/>`,
    },
    {
      text: 'end',
      occurs: states.some((state) => state.type === 'final'),
      sign: (x, y) =>
        `${box('final')(x, y)}<rect class="inner" x="${x + 4.5}" y="${y - 5.5}" width="19" height="11" rx="3"/>`,
    },
    {
      text: 'work that runs meanwhile',
      occurs: states.some((state) => state.invokes.length > 0),
      sign: icon('play', 'plain'),
    },
    {
      text: 'after this time',
      occurs: [...triggers, ...reactions].some((trigger) => trigger.kind === 'delay'),
      sign: icon('clock', ''),
    },
    {
      text: 'noted, the state stays',
      occurs: reactions.some((one) => !one.restarts && one.kind !== 'delay'),
      sign: icon('stay', 'quiet'),
    },
    { text: 'entered anew', occurs: reactions.some((one) => one.restarts), sign: icon('again', 'quiet') },
    {
      text: '[guard] holds: at once',
      occurs: triggers.some((trigger) => trigger.kind === 'always'),
      sign: (x, y) =>
        arrowPath(
          [
            { x, y },
            { x: x + 27, y },
          ],
          'atonce',
        ),
    },
    {
      text: 'states inside, drawn in a file of their own',
      occurs: states.some((state) => state.inside),
      sign: icon('nested', 'plain'),
    },
    {
      text: 'elsewhere in the machine',
      occurs: states.some((state) => state.type === 'outside'),
      sign: box('outside'),
    },
    {
      text: 'region: runs beside the others',
      occurs: layout.states.some((one) => one.region),
      sign: box('region'),
    },
    {
      text: `${ANY_MARK} of this box`,
      occurs: layout.anyMarks.length > 0,
      sign: (x, y) => `<rect class="any" x="${x + 2}" y="${y - 8}" width="24" height="16" rx="8"/>`,
    },
  ];
  return entries.filter((entry) => entry.occurs);
}
