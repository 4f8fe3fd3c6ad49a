/**
 * Calls beside a bare `ws` server in a process of its own: the same load client, answers of the same length, in turns.
 * Each connection has one call open at a time.
 */
import type { TestService } from '../../../tests/support/service.ts';
import type { Bench, Group } from '../group.ts';
import { atLeast, besideFloor, type Measurement } from '../measurement.ts';
import { answerOf, startEntry } from '../parts/child.ts';
import type { LoadOrder, LoadReport } from '../parts/load-protocol.ts';
import { startMeasured } from '../parts/measured-service.ts';
import { median } from '../statistics.ts';

const CONNECTIONS = [1, 100, 1000];
const CAMERAS = 4;
const TURNS = 5;
const WARM_UP_MS = 700;
const DURATION_MS = 2000;
const GOAL = atLeast(0.8, 'ratio');

export const statusCalls = callGroup('status', 'get_camera_status', () => ({ device: 'camera0' }));
export const listCalls = callGroup('camera-list', 'get_camera_list', () => ({}));
export const loginCalls = callGroup('authenticate', 'authenticate', ({ ready }) => ({
  auth_token: ready?.api_key,
}));

function callGroup(name: string, method: string, paramsFor: (service: TestService) => object): Group {
  const about = `${method}, calls a second and p99, beside a bare ws server`;
  return {
    name,
    about,
    measure: async (bench) => {
      const config = { server: { max_connections: 1100 } };
      const service = await startMeasured(bench.server, { cameras: CAMERAS, config });
      try {
        return await measureMethod(bench, service, method, paramsFor(service));
      } finally {
        await service.dispose();
      }
    },
  };
}

async function measureMethod(bench: Bench, service: TestService, method: string, params: object) {
  const { ws = '', api_key: key = '' } = service.ready ?? {};
  const url = new URL(ws);
  const call = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const answerBytes = await lengthOfAnswer(ws, key, call);
  const echo = await startEntry('echo-server');
  const login = { jsonrpc: '2.0', id: 1, method: 'authenticate', params: { auth_token: key } };
  const ours = { port: Number(url.port), path: url.pathname, login: JSON.stringify(login), call };
  const theirs = { port: Number(echo.line), path: `/${answerBytes}`, login: null, call };
  try {
    const rows: Measurement[] = [];
    for (const connections of CONNECTIONS) {
      bench.say(`${method}, ${connections} connections`);
      const turns: { ours: LoadReport; theirs: LoadReport }[] = [];
      for (let turn = 0; turn < bench.count(TURNS, 2); turn += 1) {
        turns.push({ theirs: await load(theirs, connections), ours: await load(ours, connections) });
      }
      rows.push(
        ...rowsOf(`${method}, ${connections} connection${connections === 1 ? '' : 's'}`, turns, answerBytes),
      );
    }
    return rows;
  } finally {
    await echo.end();
  }
}

function load(target: Pick<LoadOrder, 'port' | 'path' | 'login' | 'call'>, connections: number) {
  const order: LoadOrder = { ...target, connections, warmUpMs: WARM_UP_MS, durationMs: DURATION_MS };
  return answerOf<LoadReport>('load-client', order, 60_000);
}

function rowsOf(
  title: string,
  turns: readonly { ours: LoadReport; theirs: LoadReport }[],
  answerBytes: number,
): Measurement[] {
  const of = (figure: (report: LoadReport) => number) => ({
    samples: turns.map(({ ours }) => figure(ours)),
    floors: turns.map(({ theirs }) => figure(theirs)),
  });
  const busy = of(({ clientBusy }) => clientBusy * 100);
  const busyText = `${Math.round(median(busy.samples))} % and ${Math.round(median(busy.floors))} % of a core`;
  return [
    besideFloor({
      ...{ title, unit: 'calls/s' as const, goal: GOAL, ...of(({ callsPerS }) => callsPerS) },
      note: `answers of ${answerBytes} bytes; the client used ${busyText}`,
    }),
    besideFloor({ title: `${title}, p99`, unit: 'ms', ...of(({ p99Ms }) => p99Ms) }),
  ];
}

/** In bytes, of this very frame. */
async function lengthOfAnswer(ws: string, key: string, call: string): Promise<number> {
  const { WebSocket } = await import('ws');
  const socket = new WebSocket(ws, { headers: { 'X-API-Key': key }, perMessageDeflate: false });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => socket.send(call));
    socket.once('message', (text) => {
      socket.close();
      resolve(String(text).length);
    });
  });
}
