/**
 * The one yardstick for "live", with and without the service: somebody publishes on the path, and it is another
 * publisher than before. Asked at the media server itself, with the users that the service gave it.
 */
import { readFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { TestService } from '../../../tests/support/service.ts';
import { until } from '../../../tests/support/until.ts';

interface PathItem {
  readonly name: string;
  readonly available: boolean;
  readonly source: { readonly id: string } | null;
}

export class ServerPaths {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #url: string;
  readonly #auth: string;

  constructor(url: string, auth: string) {
    this.#url = url;
    this.#auth = auth;
  }

  /** Of the media server that this service launched. */
  static of(service: TestService): ServerPaths {
    const file = readFileSync(join(service.dataFolder, 'media-server/mediamtx.yml'), 'utf8');
    const users = JSON.parse(readFileSync(join(service.dataFolder, 'media-server.json'), 'utf8'));
    const { apiAddress } = parse(file) as { apiAddress: string };
    return new ServerPaths(`http://${apiAddress}`, `${users.api.user}:${users.api.password}`);
  }

  /** By path: who publishes now. @throws Error when the server does not answer */
  async publishers(): Promise<ReadonlyMap<string, string>> {
    const { items } = await this.#get<{ items: PathItem[] }>('/v3/paths/list?itemsPerPage=200');
    return new Map(
      items.flatMap(({ name, available, source }) =>
        available && source !== null ? [[name, source.id] as const] : [],
      ),
    );
  }

  /** Resolves when every path of before has a publisher, and another one. @throws Error after the limit */
  async allRenewed(before: ReadonlyMap<string, string>, timeoutMs = 60_000): Promise<void> {
    await until(
      async () => {
        const now = await this.publishers();
        return [...before].every(([path, id]) => now.has(path) && now.get(path) !== id);
      },
      { timeoutMs, intervalMs: 5, what: `${before.size} streams live again` },
    );
  }

  /** Resolves when so many paths have a publisher. */
  async allLive(count: number, timeoutMs = 60_000): Promise<ReadonlyMap<string, string>> {
    return until(
      async () => {
        const now = await this.publishers();
        return now.size >= count ? now : null;
      },
      { timeoutMs, intervalMs: 50, what: `${count} streams live` },
    );
  }

  close(): void {
    this.#agent.destroy();
  }

  #get<T>(path: string): Promise<T> {
    const options = { agent: this.#agent, auth: this.#auth, timeout: 2000 };
    return new Promise((resolve, reject) => {
      const request = get(`${this.#url}${path}`, options, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        answer.once('error', reject);
        answer.once('end', () => {
          if (answer.statusCode === 200) resolve(JSON.parse(text) as T);
          else reject(new Error(`${path}: ${answer.statusCode}`));
        });
      });
      request.once('timeout', () => request.destroy(new Error('the media server does not answer')));
      request.once('error', reject);
    });
  }
}
