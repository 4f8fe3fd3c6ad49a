/** Reads every step that the actors took from the service's own records, by its API, and keeps them as lines of a file. */
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { TestService } from '../../tests/support/service.ts';

/** A record of get_actor_trace, as far as it says which transitions were taken. */
export interface StepLine {
  /** Of which service: two of them have actors of the same names. */
  readonly run: string;
  readonly kind: 'step' | 'life';
  readonly actor: string;
  readonly machine: string;
  readonly event: string;
  readonly states: readonly string[];
  readonly actions: readonly string[];
  readonly ended: string | null;
  readonly from: string;
}

interface Page {
  readonly records: readonly (StepLine & { readonly seq: number })[];
  readonly last_seq: number;
  readonly more: boolean;
}

const PAGE = 1000;

export class StepReader {
  readonly #file: string;
  readonly #run: string;
  #sinceSeq = 0;

  constructor(file: string, run: string) {
    this.#file = file;
    this.#run = run;
    mkdirSync(dirname(file), { recursive: true });
  }

  /** All that is new. A service that is away tells it in its next life. */
  async read({ service, isUp }: { readonly service: TestService; readonly isUp: boolean }): Promise<void> {
    if (!isUp) return;
    for (let more = true; more; ) {
      let page: Page;
      try {
        page = await service.call<Page>('get_actor_trace', { since_seq: this.#sinceSeq, limit: PAGE });
      } catch {
        return;
      }
      this.#keep(page.records);
      more = page.more;
      this.#sinceSeq = page.records.at(-1)?.seq ?? this.#sinceSeq;
    }
  }

  #keep(records: Page['records']): void {
    const lines = records.map(({ kind, actor, machine, event, states, actions, ended, from }) => {
      const line: StepLine = { run: this.#run, kind, actor, machine, event, states, actions, ended, from };
      return `${JSON.stringify(line)}\n`;
    });
    if (lines.length > 0) appendFileSync(this.#file, lines.join(''));
  }
}
