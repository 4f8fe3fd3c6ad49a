/** From the spawn of the service to its first answer to a call that needs a login, with nothing to adopt. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { compiled, NODE_ARGUMENTS } from '../../../tests/support/build.ts';
import type { Group } from '../group.ts';
import { atMost, besideFloor } from '../measurement.ts';
import { endOf, startEntry } from '../parts/child.ts';
import { packagesOfService } from '../parts/loaded-packages.ts';
import { startMeasured } from '../parts/measured-service.ts';

const STARTS = 15;
const LONGEST_MS = 30_000;
const CALL = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'get_camera_list' });

export const start: Group = {
  name: 'start',
  about:
    'spawn of the service to its first answer, beside a bare node that loads the same packages and listens',
  measure: async (bench) => {
    // A first life makes the folders and the key; it stops in good order, so that nothing is left to adopt.
    const service = await startMeasured(bench.server, {
      cameras: 0,
      config: { camera: { include_real: true } },
    });
    const [samples, floors]: [number[], number[]] = [[], []];
    try {
      await service.end('SIGTERM');
      const { ws, api_key: key } = JSON.parse(readFileSync(join(service.dataFolder, 'camctl.json'), 'utf8'));
      const packages = packagesOfService();
      for (let turn = 0; turn < bench.count(STARTS, 2); turn += 1) {
        floors.push(await bareStart(packages));
        samples.push(await timedStart(service.configFile, ws, key));
      }
    } finally {
      await service.dispose();
    }
    const note = 'get_camera_list; floor: bare node with the same packages listens';
    return [
      besideFloor({ title: 'start to first answer', unit: 'ms', samples, floors, goal: atMost(1000), note }),
    ];
  },
};

async function timedStart(configFile: string, ws: string, key: string): Promise<number> {
  const startedMs = performance.now();
  const command = [...NODE_ARGUMENTS, compiled('main.ts'), '--config', configFile];
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, command, { stdio: 'ignore', env: { PATH, HOME } });
  try {
    await firstAnswer(child, ws, key);
    return performance.now() - startedMs;
  } finally {
    await endOf(child, 'SIGTERM');
  }
}

async function firstAnswer(child: ChildProcess, ws: string, key: string): Promise<void> {
  const untilMs = performance.now() + LONGEST_MS;
  while (!(await answered(ws, key))) {
    if (child.exitCode !== null) throw new Error(`the service ended with code ${child.exitCode}`);
    if (performance.now() > untilMs) throw new Error(`the service did not answer within ${LONGEST_MS} ms`);
    await setTimeout(2);
  }
}

function answered(ws: string, key: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new WebSocket(ws, { headers: { 'X-API-Key': key }, perMessageDeflate: false });
    socket.once('error', () => resolve(false));
    socket.once('open', () => socket.send(CALL));
    socket.once('message', () => {
      resolve(true);
      socket.terminate();
    });
  });
}

async function bareStart(packages: readonly string[]): Promise<number> {
  const startedMs = performance.now();
  const bare = await startEntry('bare-node', ...packages);
  const elapsedMs = performance.now() - startedMs;
  await bare.end();
  return elapsedMs;
}
