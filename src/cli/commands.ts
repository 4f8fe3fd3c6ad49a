/** The commands of camctl: each calls one method or two and prints what came back. */
import { type CameraList, cameraTable } from './camera-table.ts';
import { type Client, ServiceError } from './client.ts';
import { type ExplainedCamera, explainedText } from './explain-text.ts';
import { type ExplainedPlan, planTable } from './plan-table.ts';
import { durationText, sizeText, textTable } from './text-table.ts';

/** What a command gives back: the plain result for --json, and the same for people. */
export interface Outcome {
  readonly result: unknown;
  readonly text: string;
}

type Fields = Record<string, unknown>;
interface FileList {
  readonly files: readonly {
    filename: string;
    file_size: number;
    created_time: string;
    duration: number | null;
    device: string | null;
  }[];
  readonly total: number;
  readonly offset: number;
}

const PERMISSION_DENIED = -32002;

export async function ping(client: Client): Promise<Outcome> {
  const startedMs = performance.now();
  const result = await client.call<string>('ping');
  return { result, text: `${result} (${(performance.now() - startedMs).toFixed(1)} ms)` };
}

export async function list(client: Client): Promise<Outcome> {
  const result = await client.call<CameraList>('get_camera_list');
  return { result, text: cameraTable(result) };
}

/** Of one camera, or of the service: all of it for an admin, the short form for others. */
export async function status(client: Client, device: string | undefined): Promise<Outcome> {
  if (device !== undefined) {
    const result = await client.call('get_camera_status', { device });
    return { result, text: fieldLines(result) };
  }
  const result = await client.call('get_status').catch((error: unknown) => {
    if (error instanceof ServiceError && error.code === PERMISSION_DENIED)
      return client.call('get_system_status');
    throw error;
  });
  return { result, text: fieldLines(result) };
}

/** Every way to capture a camera, and which is taken. */
export async function plan(client: Client, device: string): Promise<Outcome> {
  const status = await client.call('get_camera_status', { device, explain_plan: true });
  const result = (status.explain_plan ?? null) as ExplainedPlan | null;
  return {
    result,
    text: result === null ? `${device} is not plugged in, or was not asked yet.` : planTable(result),
  };
}

/** Where a camera is, what brought it there, and what it waits for. */
export async function explain(client: Client, device: string): Promise<Outcome> {
  const result = await client.call<ExplainedCamera & Fields>('explain_camera', { device });
  return { result, text: explainedText(result) };
}

export async function snapshot(client: Client, device: string, options: Fields): Promise<Outcome> {
  const result = await client.call('take_snapshot', { device, ...options });
  const { filename, file_size: size, frame_age_ms: age } = result;
  return { result, text: `${filename} saved: ${sizeText(Number(size))}, ${Math.round(Number(age))} ms old` };
}

export async function record(client: Client, device: string, options: Fields): Promise<Outcome> {
  const result = await client.call('start_recording', { device, ...options });
  const end =
    result.wanted_duration === null ? 'until stopped' : `for ${durationText(Number(result.wanted_duration))}`;
  return { result, text: `${device} ${String(result.status)} ${result.filename} ${end}` };
}

export async function stop(client: Client, device: string): Promise<Outcome> {
  const result = await client.call('stop_recording', { device });
  const length = durationText(Number(result.duration));
  return {
    result,
    text: `${device} ${String(result.status)} ${result.filename}: ${length}, ${sizeText(Number(result.file_size))}`,
  };
}

export async function listFiles(
  client: Client,
  method: 'list_recordings' | 'list_snapshots',
  page: Fields,
): Promise<Outcome> {
  const result = await client.call<FileList>(method, page);
  if (result.files.length === 0) return { result, text: `No files (${result.total} in all).` };
  const rows = result.files.map((file) => [
    file.filename,
    file.device ?? '-',
    file.created_time,
    file.duration === null ? '-' : durationText(file.duration),
    sizeText(file.file_size),
  ]);
  const from = result.offset + 1;
  const head = `${from} to ${from + rows.length - 1} of ${result.total}`;
  return { result, text: `${textTable(['FILE', 'CAMERA', 'TIME', 'LENGTH', 'SIZE'], rows)}\n${head}` };
}

/** `name  value` lines; what is nested is indented below its name. */
function fieldLines(fields: Fields, indent = ''): string {
  const width = Math.max(0, ...Object.keys(fields).map((name) => name.length));
  return Object.entries(fields)
    .map(([name, value]) => {
      if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
        return `${indent}${name}\n${fieldLines(value as Fields, `${indent}  `)}`;
      }
      return `${indent}${name.padEnd(width)}  ${plain(value)}`;
    })
    .join('\n');
}

function plain(value: unknown): string {
  if (value === null) return '-';
  if (!Array.isArray(value)) return String(value);
  return value.length === 0
    ? '-'
    : value.map((item) => (typeof item === 'object' ? JSON.stringify(item) : String(item))).join(', ');
}
