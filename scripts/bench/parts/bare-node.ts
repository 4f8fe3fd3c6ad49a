/**
 * Process entry: the floor of memory and start. Loads the packages that it is told, listens as the service does (two
 * Fastify listeners, one with WebSocket), does nothing more. Prints a line once it listens.
 */
import { fastify } from 'fastify';
import { WebSocketServer } from 'ws';

for (const name of process.argv.slice(2)) await import(name);
const [main, probe] = [fastify(), fastify()];
new WebSocketServer({ server: main.server, perMessageDeflate: false });
await main.listen({ port: 0, host: '127.0.0.1' });
await probe.listen({ port: 0, host: '127.0.0.1' });
process.stdout.write('listening\n');
