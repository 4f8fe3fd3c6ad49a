/** The managed media server's own API, past the service, with the service's credentials. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { TestService } from './service.ts';

/** One call. @throws where nobody answers within the limit */
export async function controlApi(
  service: Pick<TestService, 'configFile' | 'dataFolder'>,
  method: string,
  path: string,
  timeoutMs = 5000,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const config = parse(readFileSync(service.configFile, 'utf8')) as { mediamtx: { api_port: number } };
  const { api } = JSON.parse(readFileSync(join(service.dataFolder, 'media-server.json'), 'utf8')) as {
    api: { user: string; password: string };
  };
  const authorization = `Basic ${Buffer.from(`${api.user}:${api.password}`).toString('base64')}`;
  const answer = await fetch(`http://127.0.0.1:${config.mediamtx.api_port}${path}`, {
    method,
    headers: { authorization },
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await answer.text();
  return { status: answer.status, body: text.startsWith('{') ? JSON.parse(text) : {} };
}
