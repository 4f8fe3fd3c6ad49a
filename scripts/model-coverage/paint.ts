/** Colours what was taken on a drawing of a machine. Pure: one SVG text in, another out. */
const STYLE =
  '[data-taken] > rect.box { stroke: #2e9e4f; stroke-width: 2.5 } [data-taken] > rect.backing { fill: #2e9e4f55 } path[data-taken], [data-taken] > path { stroke: #2e9e4f; stroke-width: 2.5 }';

/** @param states ids @param edges `source > target`, by ids */
export function painted(svg: string, states: ReadonlySet<string>, edges: ReadonlySet<string>): string {
  const marked = svg.replace(/data-(state|edge)="([^"]*)"/g, (whole: string, kind: string, text: string) => {
    const name = text.replaceAll('&gt;', '>').replaceAll('&amp;', '&');
    return (kind === 'state' ? states : edges).has(name) ? `${whole} data-taken=""` : whole;
  });
  return marked.replace('</style>', `${STYLE}</style>`);
}
