/** The commands of camctl about the cameras themselves: on, off, once more, names, those that are away. */
import type { Command } from 'commander';
import type { CameraList } from './camera-table.ts';
import type { Client } from './client.ts';
import type { Outcome } from './commands.ts';
import { textTable } from './text-table.ts';

type Print = (command: (client: Client) => Promise<Outcome>) => Promise<void>;

export function addCameraCommands(program: Command, print: Print): void {
  const order = (parent: Command, name: string, method: string, what: string) =>
    parent
      .command(name)
      .description(what)
      .argument('<camera>', 'e.g. camera0')
      .action((camera: string) => print((client) => cameraOrder(client, method, { device: camera })));
  order(program, 'enable', 'enable_camera', 'switch a camera on again');
  order(
    program,
    'disable',
    'disable_camera',
    'switch a camera off: its device is released, also after a restart',
  );
  order(program, 'retry', 'retry_camera', 'try now what would be tried later');
  const cameras = program
    .command('cameras')
    .description('all known cameras, also those that are away')
    .action(() => print(known));
  cameras
    .command('rename')
    .description('give a camera another name')
    .argument('<camera>', 'e.g. camera0')
    .argument('<name>', 'what it is called')
    .action((device: string, name: string) =>
      print((client) => cameraOrder(client, 'rename_camera', { device, name })),
    );
  program
    .command('controls')
    .description('what a camera can be set to, and what it is set to')
    .argument('<camera>', 'e.g. camera0')
    .action((device: string) => print((client) => controls(client, device)));
  program
    .command('set')
    .description('set a control of a camera and keep it; without a value: its default')
    .argument('<camera>', 'e.g. camera0')
    .argument('<control>', 'e.g. brightness')
    .argument('[value]', "a number, on or off, or a menu's item by its number or name")
    .action((device: string, control: string, value: string | undefined) =>
      print((client) =>
        set(client, { device, control, ...(value === undefined ? { reset: true } : { value }) }),
      ),
    );
  order(cameras, 'forget', 'forget_camera', 'forget a camera that is away, with its name and settings');
}

/** Each known camera, here or away. */
export async function known(client: Client): Promise<Outcome> {
  const result = await client.call<CameraList>('get_camera_list');
  if (result.cameras.length === 0) return { result, text: 'No cameras are known.' };
  const rows = result.cameras.map((camera) => [
    camera.device,
    camera.status,
    camera.state,
    camera.status === 'CONNECTED' ? '-' : (camera.last_seen ?? '-'),
    camera.name,
  ]);
  return { result, text: textTable(['CAMERA', 'STATUS', 'STATE', 'LAST SEEN', 'NAME'], rows) };
}

async function cameraOrder(
  client: Client,
  method: string,
  params: Record<string, unknown>,
): Promise<Outcome> {
  const result = await client.call(method, params);
  const { device, status, state, name } = result;
  const words = [device, state ?? status, name === undefined ? undefined : `"${name}"`];
  return { result, text: words.filter((word) => word !== undefined).join(' ') };
}

interface ControlRow {
  readonly control: string;
  readonly section: string;
  readonly type: string;
  readonly value: unknown;
  readonly wanted: unknown;
  readonly default: unknown;
  readonly min: number | null;
  readonly max: number | null;
  readonly step: number | null;
  readonly menu: readonly { readonly value: number; readonly name: string }[];
  readonly flags: readonly string[];
  readonly decided_by: string | null;
}

export async function controls(client: Client, device: string): Promise<Outcome> {
  const result = await client.call<{ controls: readonly ControlRow[] }>('get_camera_controls', { device });
  if (result.controls.length === 0) return { result, text: `${device} has no controls.` };
  const rows = result.controls.map((row) => [
    row.control,
    word(row, row.value),
    word(row, row.wanted),
    word(row, row.default),
    range(row),
    [...row.flags, ...(row.decided_by === null ? [] : [`by ${row.decided_by}`])].join(' '),
  ]);
  return { result, text: textTable(['CONTROL', 'VALUE', 'KEPT', 'DEFAULT', 'RANGE', 'FLAGS'], rows) };
}

async function set(client: Client, params: Record<string, unknown>): Promise<Outcome> {
  const result = await client.call('set_camera_control', params);
  const value = result.value === undefined ? 'is not kept any more' : String(result.value ?? 'pressed');
  const kept = result.wanted === null ? ' (default)' : '';
  return { result, text: `${result.device} ${result.control} ${value}${params.reset === true ? kept : ''}` };
}

/** A menu's item with its name. */
function word({ menu }: ControlRow, value: unknown): string {
  if (value === null) return '-';
  const item = menu.find((one) => one.value === value);
  return item === undefined ? String(value) : `${value} (${item.name})`;
}

function range({ type, min, max, step, menu }: ControlRow): string {
  if (menu.length > 0) return menu.map(({ value, name }) => `${value} (${name})`).join(', ');
  if (type === 'bool') return 'true, false';
  if (min === null || max === null) return type;
  return step === null || step <= 1 ? `${min} to ${max}` : `${min} to ${max} by ${step}`;
}
