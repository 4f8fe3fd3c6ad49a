/** Reads a page of metrics as Prometheus would: by name and labels. */

export type Labels = Readonly<Record<string, string>>;

interface Series {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

function parse(page: string): readonly Series[] {
  return [...page.matchAll(/^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/gm)].map(
    ([, name = '', labels = '', value]) => ({
      name,
      labels: Object.fromEntries(
        [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key, text]),
      ) as Labels,
      value: Number(value),
    }),
  );
}

/** @returns the value of the first series with this name and at least these labels; undefined: there is none */
export function series(page: string): (name: string, labels?: Labels) => number | undefined {
  const found = parse(page);
  return (name, labels = {}) =>
    found.find(
      (one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value),
    )?.value;
}

/** The labels of every series with this name. */
export function labelsOf(page: string, name: string): readonly Labels[] {
  return parse(page)
    .filter((one) => one.name === name)
    .map(({ labels }) => labels);
}
