/**
 * The configuration of a demo. What an earlier demo left running (media server, captures) is taken over, so then its
 * ports are used again; else ports are chosen anew.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { choosePorts, isFree } from './ports.mjs';
import { Stop } from './progress.mjs';

const MEDIA_PORTS = [
  { key: 'api_port', usual: 9997 },
  { key: 'rtsp_port', usual: 8554 },
  { key: 'hls_port', usual: 8888 },
  { key: 'webrtc_port', usual: 8889 },
  { key: 'webrtc_udp_port', usual: 8189, udp: true },
];
const API_PORT = 8002;

/**
 * Writes `demo.yaml` into the data directory.
 * @param {object} options
 * @param {number} options.cameras
 * @param {number | null} options.port null: a free one
 * @param {string} options.data absolute
 * @param {import('./media-server.mjs').FoundServer} options.server
 * @returns {Promise<string>} the file
 * @throws {Stop} when a wished port is taken
 */
export async function writeConfig(options) {
  await mkdir(options.data, { recursive: true, mode: 0o700 });
  const file = join(options.data, 'demo.yaml');
  const server = await apiPorts(options.port);
  const ports = (await livingMediaPorts(options.data, file)) ?? (await choosePorts(MEDIA_PORTS));
  const config = {
    server: { ...server },
    paths: { data_directory: options.data, runtime_directory: join(options.data, 'run') },
    mediamtx: {
      binary: options.server.kind === 'simulator' ? 'simulator' : options.server.command,
      ...ports,
    },
    camera: { synthetic_count: options.cameras },
    logging: { file: join(options.data, 'service.log') },
    debug: { fault_injection: true },
  };
  // JSON is YAML.
  await writeFile(file, `${JSON.stringify(config, null, 2)}\n`);
  return file;
}

async function apiPorts(wished) {
  if (wished === null) {
    const { port } = await choosePorts([{ key: 'port', usual: API_PORT }]);
    const { health_port } = await choosePorts([{ key: 'health_port', usual: port + 1 }]);
    return { port, health_port };
  }
  for (const port of [wished, wished + 1]) {
    if (!(await isFree(port))) {
      throw new Stop(`Port ${port} is taken; choose another one with --port, or leave --port away.`);
    }
  }
  return { port: wished, health_port: wished + 1 };
}

/** The ports of the last demo, where one of its processes lives: then it listens on them, and is taken over. */
async function livingMediaPorts(data, file) {
  const [id, text] = await Promise.all([readOrEmpty(join(data, 'id')), readOrEmpty(file)]);
  if (id === '' || text === '' || !(await someProcessBears(id.trim()))) return null;
  const { binary, ...ports } = JSON.parse(text).mediamtx;
  return ports;
}

/** Whether a process of this user carries a mark of this data directory. */
async function someProcessBears(dataId) {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const environments = await Promise.all(pids.map((pid) => readOrEmpty(`/proc/${pid}/environ`)));
  return environments.some((environment) => environment.includes(`CAMERA_SERVICE_MARK=${dataId}/`));
}

function readOrEmpty(file) {
  return readFile(file, 'utf8').catch(() => '');
}
