/**
 * `camctl inspect --stately`: a WebSocket on this machine at which Stately's inspectors listen. Whoever connects gets the
 * actors as they are, then what they do. It only tells: what is sent to it is not read.
 */
import { once } from 'node:events';
import { type WebSocket, WebSocketServer } from 'ws';
import { CliError } from './cli-error.ts';
import type { Client } from './client.ts';
import type { CommandIo } from './io.ts';
import {
  actorEvent,
  type StatelyActor,
  type StatelyChart,
  type StatelyRecord,
  stepEvents,
} from './stately-events.ts';

/** Where Stately's receivers look by default. */
export const STATELY_PORT = 8080;

/** Serves until the signal aborts. @throws CliError when the port is taken or the service goes */
export async function serveStately(
  client: Client,
  io: CommandIo,
  port: number,
  signal: AbortSignal,
): Promise<void> {
  const charts = new Map<string, StatelyChart>();
  const parents = new Map<string, string | null>();
  const learn = async (machines: Iterable<string>) => {
    for (const machine of new Set(machines)) {
      if (charts.has(machine)) continue;
      const chart = await client.call<StatelyChart>('get_statechart', { machine }).catch(() => undefined);
      if (chart !== undefined) charts.set(machine, chart);
    }
  };
  const server = new WebSocketServer({ host: '127.0.0.1', port });
  try {
    await once(server, 'listening', { signal }).catch((error) => {
      if (signal.aborted) return;
      throw new CliError(
        `Port ${port} cannot be opened: ${(error as Error).message}`,
        'Choose another with --port.',
      );
    });
    const ready = new Set<WebSocket>();
    const picture = async (): Promise<readonly StatelyActor[]> => {
      const { actors } = await client.call<{ actors: readonly StatelyActor[] }>('subscribe_inspection');
      await learn(actors.map(({ machine }) => machine));
      for (const { actor, parent } of actors) parents.set(actor, parent);
      return actors;
    };
    await picture();
    client.on('inspection_update', ({ records }) => {
      for (const record of records as readonly StatelyRecord[]) {
        const parent = parents.get(record.actor) ?? null;
        const texts = stepEvents(record, charts.get(record.machine), parent).map((event) =>
          JSON.stringify(event),
        );
        for (const socket of ready) for (const text of texts) socket.send(text);
      }
    });
    server.on('connection', (socket) => {
      socket.on('close', () => ready.delete(socket));
      socket.on('error', () => ready.delete(socket));
      picture().then(
        (actors) => {
          for (const actor of actors)
            socket.send(JSON.stringify(actorEvent(actor, charts.get(actor.machine), Date.now())));
          ready.add(socket);
        },
        () => socket.close(),
      );
    });
    const address = server.address();
    const open = typeof address === 'object' && address !== null ? address.port : port;
    io.out(`ws://127.0.0.1:${open}\n`);
    const aborted = signal.aborted ? Promise.resolve() : once(signal as unknown as EventTarget, 'abort');
    await Promise.race([aborted, client.closed]);
    if (!signal.aborted)
      throw new CliError('The service closed the connection', 'Start it again when the service is back.');
  } finally {
    for (const socket of server.clients) socket.terminate();
    server.close();
  }
}
