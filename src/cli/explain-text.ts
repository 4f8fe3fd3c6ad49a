/** What `explain` prints: the line that matters first, then each place with what it waits for, then what led there. */

export interface ExplainedCamera {
  readonly summary: string;
  readonly places: readonly {
    readonly what: string;
    readonly state: string;
    readonly since: string;
    readonly sentence: string;
    readonly trouble: { readonly message: string; readonly suggestion?: string } | null;
    readonly next: readonly { readonly sentence: string }[];
  }[];
  readonly chain: readonly {
    readonly time: string;
    readonly actor: string;
    readonly event: string;
    readonly from: string;
    readonly to: string;
  }[];
  readonly allowed_methods: readonly string[];
}

const TITLES: Readonly<Record<string, string>> = {
  camera: 'Camera',
  stream: 'Stream',
  recording: 'Recording',
  'media-server': 'Media server',
  storage: 'Disk',
};

export function explainedText({ summary, places, chain, allowed_methods: allowed }: ExplainedCamera): string {
  return [
    summary,
    ...places.flatMap(({ what, state, since, sentence, trouble, next }) => [
      '',
      `${TITLES[what] ?? what}: ${state}, since ${since}`,
      `  ${sentence}`,
      ...(trouble === null ? [] : [`  Why: ${trouble.message}`]),
      ...(trouble?.suggestion === undefined ? [] : [`  Do: ${trouble.suggestion}`]),
      ...next.map((step) => `  Next: ${step.sentence}`),
    ]),
    '',
    'What led here:',
    ...(chain.length === 0 ? ['  nothing that is still recorded'] : chain.map(chainLine)),
    '',
    `Works now: ${allowed.join(', ')}`,
  ].join('\n');
}

function chainLine({ time, actor, event, from, to }: ExplainedCamera['chain'][number]): string {
  const moved = from === to ? `stays ${to}` : `${from === '' ? 'begins' : from} -> ${to}`;
  return `  ${time}  ${actor}  ${moved}  (${event})`;
}
