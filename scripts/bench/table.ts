/** The one table: for people on a terminal, and as Markdown for docs/benchmarks.md. Pure. */
import { type Goal, judge, type Measurement, type Unit } from './measurement.ts';

/** What one group of rows gave. */
export interface GroupResult {
  readonly group: string;
  readonly rows: readonly Measurement[];
  /** Why it could not be measured; null: it was. */
  readonly failure: string | null;
  /** The one-minute load average when it began: what others did to the machine. */
  readonly loadBefore: number;
  readonly seconds: number;
}

const HEAD = ['what', 'value', 'floor', 'ratio', 'goal', '', 'range', 'n', 'load', 'how'];
/** Columns of figures, which stand at the right. */
const RIGHT = new Set([1, 2, 3, 6, 7, 8]);

/** Lines of text, aligned, at most one line a row. */
export function textTable(results: readonly GroupResult[]): string {
  const rows = [HEAD, ...cellsOf(results)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lineOf = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        RIGHT.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const [head, ...body] = rows.map(lineOf);
  return [head, '-'.repeat(head?.length ?? 0), ...body].join('\n');
}

/** A Markdown table with the same cells. */
export function markdownTable(results: readonly GroupResult[]): string {
  const lineOf = (row: readonly string[]) =>
    `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = `|${HEAD.map((_, column) => (RIGHT.has(column) ? '--:' : '---')).join('|')}|`;
  return [lineOf(HEAD), rule, ...cellsOf(results).map(lineOf)].join('\n');
}

function cellsOf(results: readonly GroupResult[]): string[][] {
  return results.flatMap(({ group, rows, failure, loadBefore }) => [
    ...rows.map((row) => cells(row, loadBefore)),
    ...(failure === null
      ? []
      : [[group, '', '', '', '', 'not measured', '', '', loadBefore.toFixed(1), failure]]),
  ]);
}

function cells(row: Measurement, loadBefore: number): string[] {
  const [low, high] = row.range;
  return [
    row.title,
    withUnit(row.value, row.unit),
    row.floor === null ? '' : withUnit(row.floor, row.unit),
    row.ratio === null ? '' : row.ratio.toFixed(2),
    row.goal === null ? '' : goalText(row.goal, row.unit),
    judge(row),
    row.samples === 1 ? '' : `${figure(low, row.unit)}..${figure(high, row.unit)}`,
    String(row.samples),
    loadBefore.toFixed(1),
    row.note,
  ];
}

function goalText({ of, limit, bound }: Goal, unit: Unit): string {
  const sign = limit === 'at most' ? '<=' : '>=';
  return of === 'ratio' ? `ratio ${sign} ${bound}` : `${sign} ${bound} ${unit}`;
}

function withUnit(value: number, unit: Unit): string {
  return `${figure(value, unit)} ${unit}`;
}

/** As many digits as mean something. */
function figure(value: number, unit: Unit): string {
  if (unit === 'calls/s' || unit === 'events/s') return Math.round(value).toString();
  if (unit === '% of a core') return value.toFixed(2);
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
