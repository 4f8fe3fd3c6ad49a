/**
 * Entry of the media server simulator: `node main.js CONFIG.yml` stands in for `mediamtx CONFIG.yml`.
 * Exit codes are the real server's: 1 when it cannot start, 0 after SIGINT or SIGTERM, and 0 as well when a
 * change of the configuration brings it down.
 */
import { resolve } from 'node:path';
import { loadConfiguration } from './config/file.ts';
import { MediaServer, SIMULATED_VERSION } from './server.ts';

async function main(argument: string | undefined): Promise<void> {
  if (argument === '--version') {
    process.stdout.write(`${SIMULATED_VERSION} (simulator)\n`);
    return;
  }
  const file = argument === undefined ? undefined : resolve(argument);
  let stopping = false;
  let server: MediaServer | null = null;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await server?.stop();
    process.exit(0);
  };
  try {
    server = new MediaServer(loadConfiguration(file), file, () => void stop());
  } catch (error) {
    process.stdout.write(`ERR: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
  process.on('SIGINT', () => void stop());
  process.on('SIGTERM', () => void stop());
  // The server says why before it rejects.
  await server.start().catch(() => process.exit(1));
}

// Whoever started the server may be gone; streams and recordings go on.
process.stdout.on('error', () => undefined);
await main(process.argv[2]);
