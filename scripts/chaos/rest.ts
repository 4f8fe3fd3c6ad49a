/** What is left to be done until everything is at rest, as it has to be some time after calm. Pure but for the files. */
import { join } from 'node:path';
import { controlApi } from '../../tests/support/control-api.ts';
import type { House } from './house.ts';
import { type Look, namesIn, wishedSessions } from './look.ts';

/** Beside a look, what lies on disk and in the media server's configuration. */
export interface Leftovers {
  readonly sessions: readonly string[];
  readonly demand: readonly string[];
  readonly parts: readonly string[];
  /** null: it gave no answer. */
  readonly configured: readonly { readonly name: string; readonly record: boolean }[] | null;
}

/** Empty: at rest. @param cameras all of them */
export function unrestOf(look: Look, left: Leftovers, cameras: readonly string[]): readonly string[] {
  if (look.told === null) return ['the service gives no answer'];
  const { told, after } = look;
  const unrest: string[] = [];
  if (told.ready !== 'ready') unrest.push(`get_system_status says ${told.ready}`);
  for (const { device, status, stream, reasons, recording } of told.cameras) {
    if (status !== 'CONNECTED') unrest.push(`${device} is ${status}`);
    if (stream !== 'idle') unrest.push(`the stream of ${device} is ${stream} (${reasons.join(', ')})`);
    if (recording !== null) unrest.push(`the recording of ${device} is ${recording}`);
  }
  if (told.cameras.length !== cameras.length)
    unrest.push(`${told.cameras.length} cameras are told, there are ${cameras.length}`);
  for (const { actor, machine, state } of told.actors) {
    if (machine === 'recording' || machine === 'snapshot') unrest.push(`${actor} is ${state}`);
    if (machine === 'viewers' && state !== 'none') unrest.push(`${actor} is ${state}`);
    if (machine === 'path' && state !== 'agreed') unrest.push(`${actor} is ${state}`);
  }
  for (const { role, owner, pid } of after)
    if (role === 'capture') unrest.push(`process ${pid} captures ${owner}`);
  for (const role of ['media-server', 'cameras'])
    if (after.filter((proc) => proc.role === role).length !== 1) unrest.push(`there is not one ${role}`);

  for (const session of left.sessions) unrest.push(`${session} is still wished`);
  for (const name of left.demand) unrest.push(`the demand file ${name} is there`);
  for (const name of left.parts) unrest.push(`the part ${name} was not collected`);
  if (left.configured === null) return [...unrest, 'the media server gives no answer'];
  const names = left.configured.map(({ name }) => name).filter((name) => !/^all/.test(name));
  if ([...names].sort().join() !== [...cameras].sort().join())
    unrest.push(`the media server has the paths ${names.join(', ') || 'none'}`);
  for (const { name, record } of left.configured) if (record) unrest.push(`the media server records ${name}`);
  return unrest;
}

export async function leftoversOf(house: House): Promise<Leftovers> {
  const { service, runtimeFolder, recordingsFolder } = house;
  const parts = join(recordingsFolder, '.parts');
  return {
    sessions: wishedSessions(service.dataFolder),
    demand: namesIn(join(runtimeFolder, 'demand')),
    parts: namesIn(parts).flatMap((camera) =>
      namesIn(join(parts, camera)).map((name) => `${camera}/${name}`),
    ),
    configured: await configuredPaths(house),
  };
}

async function configuredPaths({ service }: House): Promise<Leftovers['configured']> {
  try {
    const { status, body } = await controlApi(service, 'GET', '/v3/config/paths/list?itemsPerPage=100', 2000);
    return status === 200 ? (body as { items: { name: string; record: boolean }[] }).items : null;
  } catch {
    return null;
  }
}
