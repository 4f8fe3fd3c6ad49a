/** What get_status says of the media server, for tests that wait for it and time it. */
import type { TestService } from './service.ts';
import { until } from './until.ts';

export interface ServerStatus {
  readonly status: string;
  readonly state: string;
  readonly components: { readonly mediamtx: string };
  readonly media_server: {
    readonly pid: number | null;
    readonly state: string;
    readonly process_state: string | null;
    readonly failures: number;
    readonly opened: number;
    readonly trouble: { readonly reason: string; readonly message: string } | null;
    readonly folders: { readonly state: string; readonly demand: string; readonly recording: string };
  };
  readonly missing_parts: readonly { readonly part: string; readonly sentence: string }[];
}

export const statusOf = (service: TestService) => service.call<ServerStatus>('get_status');

/** Waits until it fits. @param timeoutMs the limit within which it is promised, and slack */
export function statusThat(
  service: TestService,
  fits: (status: ServerStatus) => boolean,
  what: string,
  timeoutMs = 20_000,
): Promise<ServerStatus> {
  let last: ServerStatus | undefined;
  return until(
    async () => {
      last = await statusOf(service);
      return fits(last) && last;
    },
    {
      timeoutMs,
      what: () =>
        `${what}; last: ${JSON.stringify(last?.media_server)} ${JSON.stringify(last?.missing_parts)}`,
      intervalMs: 20,
    },
  );
}

/** The pid of the managed server, once it runs and is well. */
export async function wellServer(service: TestService, timeoutMs = 30_000): Promise<number> {
  const { media_server } = await statusThat(
    service,
    ({ media_server: { pid, state } }) => pid !== null && state === 'healthy',
    'a healthy media server of ours',
    timeoutMs,
  );
  return media_server.pid ?? 0;
}
