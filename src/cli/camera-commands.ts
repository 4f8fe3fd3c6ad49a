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
