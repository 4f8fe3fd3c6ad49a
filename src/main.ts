#!/usr/bin/env node
/**
 * The process: reads its orders, takes the data directory, starts the actors and then the front desk, and ends in one
 * of three ways: SIGTERM or SIGINT stop everything, SIGUSR2 hands the data plane over, a crash leaves it as it is.
 * Exit codes: 0 as asked, 1 it could not start or stop, 2 configuration, 4 the data directory is another's.
 */
import { parseArgs } from 'node:util';
import { lockDataDirectory } from './adapters/process/data-lock.ts';
import { ConfigError } from './config/config-error.ts';
import { loadConfig } from './config/load.ts';
import type { Config } from './config/schema.ts';
import { CameraError } from './machines/errors.ts';
import { startService } from './wiring/start-service.ts';

const USAGE = `Usage: npm start -- [--config FILE] [--ready-line]
  --config FILE   YAML configuration; CAMERA_SERVICE_* variables come on top
  --ready-line    print one line READY {...} on standard output once cameras can be used;
                  it holds an admin's API key`;

const EXIT_FAILED = 1;
const EXIT_CONFIG = 2;
const EXIT_LOCKED = 4;

function fail(code: number, sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(code);
}

function readOptions(): { configFile: string | null; readyLine: boolean } {
  try {
    const { values } = parseArgs({
      options: { config: { type: 'string' }, 'ready-line': { type: 'boolean' }, help: { type: 'boolean' } },
    });
    if (values.help === true) {
      process.stdout.write(`${USAGE}\n`);
      process.exit(0);
    }
    return { configFile: values.config ?? null, readyLine: values['ready-line'] === true };
  } catch (error) {
    return fail(EXIT_CONFIG, `${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}

function readConfig(file: string | null): Config {
  try {
    return loadConfig({ file, environment: process.env });
  } catch (error) {
    if (error instanceof ConfigError) return fail(EXIT_CONFIG, error.message);
    throw error;
  }
}

async function main(): Promise<void> {
  const { configFile, readyLine } = readOptions();
  const config = readConfig(configFile);
  const { dataId } = await lockDataDirectory(config.paths.data_directory).catch((error: unknown) => {
    if (!(error instanceof CameraError)) throw error;
    // On the operator's own terminal the path may be named.
    const where = `paths.data_directory is ${config.paths.data_directory}.`;
    return fail(
      error.reason === 'data_directory_locked' ? EXIT_LOCKED : EXIT_FAILED,
      `${sentenceOf(error)} ${where}`,
    );
  });
  const starting = startService(config, dataId);
  let ending: Promise<void> | undefined;
  const end = (how: 'stop' | 'handOver') => {
    // An order during the start is obeyed once there is something to stop or to hand over.
    ending ??= starting
      .then((service) => service[how]())
      .then(
        () => process.exit(0),
        (error: unknown) => fail(EXIT_FAILED, sentenceOf(error)),
      );
  };
  process.on('SIGTERM', () => end('stop'));
  process.on('SIGINT', () => end('stop'));
  process.on('SIGUSR2', () => end('handOver'));
  const service = await starting;
  if (!readyLine) return;
  // Whoever waits for the line may be gone by then; the service is not.
  process.stdout.on('error', () => {});
  const line = await service.ready().catch((error: unknown) => {
    if (ending === undefined) throw error;
  });
  // After a stop that came first there is nothing to be ready for.
  if (ending === undefined) process.stdout.write(`READY ${JSON.stringify(line)}\n`);
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof CameraError))
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const sentences = [error.message, error.suggestion ?? ''].filter((text) => text !== '');
  return sentences.map((text) => text.replace(/\.?$/, '.')).join(' ');
}

main().catch((error: unknown) => fail(EXIT_FAILED, sentenceOf(error)));
