/**
 * The demo: brings what is missing, builds, finds a media server, and runs the service in the foreground on every real
 * camera and some synthetic ones. One line on stdout when it is ready; everything else goes to stderr.
 */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { ensureBuilt } from './build.mjs';
import { writeConfig } from './demo-config.mjs';
import { readOptions, USAGE } from './demo-options.mjs';
import { ensureMediaServer } from './media-server.mjs';
import { ensurePackages } from './npm-packages.mjs';
import { ensurePrograms, thisMachine } from './prerequisites.mjs';
import { FOR_SERVICE } from './programs.mjs';
import { conclude, Stop, say } from './progress.mjs';
import { NODE_ARGUMENTS, PROJECT } from './project.mjs';

const NO_REAL_SERVER = `
**********************************************************************************
*  NO REAL MEDIA SERVER. The built-in SIMULATOR runs instead: it relays RTSP and  *
*  records, but has no WebRTC and no HLS, and is not made for production.         *
*  Put MediaMTX 1.20.1 on the PATH, or let it be downloaded, and start again.     *
**********************************************************************************
`;
const EXIT_USAGE = 2;

/** @param {readonly string[]} words the command line after `--` */
export function main(words) {
  return conclude(async () => {
    const options = readOptions(words);
    if (options === null) {
      process.stdout.write(`${USAGE}\n`);
      return;
    }
    const data = resolve(options.data);
    if (!/^[A-Za-z0-9._/-]+$/.test(data)) {
      throw new Stop(
        `The data directory ${data} may hold only letters, digits and . _ / - in its whole path: choose one with --data.`,
        EXIT_USAGE,
      );
    }
    await ensurePrograms(FOR_SERVICE, thisMachine());
    await ensurePackages(PROJECT);
    await ensureBuilt(PROJECT);
    const server = await ensureMediaServer(process.env.MEDIAMTX_BIN);
    if (server.kind === 'simulator') say(NO_REAL_SERVER);
    const config = await writeConfig({ ...options, data, server });
    await runService(config, data);
  });
}

/**
 * Runs until the service ends. Ctrl-C and a closed terminal stop it in an orderly way: the service has a session of
 * its own, so that this is the one way a signal reaches it. Killed with -9, this script leaves it running.
 */
function runService(config, data) {
  const command = [...NODE_ARGUMENTS, `${PROJECT}/dist/main.js`, '--config', config, '--ready-line'];
  const service = spawn(process.execPath, command, {
    cwd: PROJECT,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  say(`Starting the service; its log is ${data}/service.log ...`);
  createInterface({ input: service.stdout }).on('line', (line) => {
    process.stdout.write(`${line}\n`);
    if (line.startsWith('READY ')) {
      const { http } = JSON.parse(line.slice('READY '.length));
      say(
        `Ready. Try: npm run camctl -- list, or open ${http}/inspect with the api_key above. Ctrl-C stops it.`,
      );
    }
  });
  let asked = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (!asked) say('\nStopping: recordings are finalised first (at most 20 s) ...');
      asked = true;
      service.kill('SIGTERM');
    });
  }
  return new Promise((done, fail) => {
    service.once('error', (error) => fail(new Stop(`The service could not be started: ${error.message}`)));
    service.once('exit', (code, signal) => {
      if (signal !== null) {
        const rest = 'What streams and records goes on; the next npm run demo takes it over.';
        fail(new Stop(`The service was ended by ${signal}. ${rest}`));
      } else if (code !== 0)
        fail(new Stop(`The service ended with code ${code}; its log is ${data}/service.log.`, code));
      else done();
    });
  });
}
