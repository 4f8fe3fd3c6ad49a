import { describe, expect, test } from 'vitest';
import { finishedRecording } from '../../support/fake-views.ts';
import { type OpenApi, openApi } from '../../support/open-api.ts';
import { rawClient, textFrame } from '../../support/raw-socket.ts';
import { until } from '../../support/until.ts';

test('every client that is logged in hears the same, in the same order; guests hear nothing', async () => {
  const { client, door } = await openApi();
  const [guest, viewer, admin] = [await client(), await client('viewer'), await client('admin')];
  door.unplug('camera0');
  door.plug('camera0');
  door.emit({
    type: 'recording.ended',
    camera: 'camera1',
    session: 's',
    recording: finishedRecording('camera1', { session: 's' }),
    word: 'STOPPED',
  });
  await until(() => viewer.notices().length === 3 && admin.notices().length === 3, {
    what: 'three notifications',
  });
  expect(viewer.notices()).toEqual(admin.notices());
  expect(viewer.notices().map(({ params }) => params?.status)).toEqual([
    'DISCONNECTED',
    'CONNECTED',
    'STOPPED',
  ]);
  await guest.result('ping');
  expect(guest.notices()).toEqual([]);
});

test('a notification arrives within 20 ms of its fact', async () => {
  const { client, door } = await openApi();
  const viewer = await client('viewer');
  const tookMs: number[] = [];
  for (let n = 0; n < 20; n += 1) {
    const heard = new Promise<void>((resolve) => viewer.socket.once('message', () => resolve()));
    const startedMs = performance.now();
    if (n % 2 === 0) door.unplug('camera0');
    else door.plug('camera0');
    await heard;
    tookMs.push(performance.now() - startedMs);
  }
  expect(tookMs.sort((a, b) => a - b)[10]).toBeLessThan(20);
});

describe('a reply is sent before the notifications it causes', () => {
  test('start and stop of a recording', async () => {
    const { client, door } = await openApi();
    const [caller, other] = [await client('operator'), await client('viewer')];
    for (const [method, word] of [
      ['start_recording', 'STARTED'],
      ['stop_recording', 'STOPPED'],
    ] as const) {
      const before = caller.frames.length;
      const open = door.gate(method === 'start_recording' ? 'startRecording' : 'stopRecording');
      caller.send({ jsonrpc: '2.0', id: method, method, params: { device: 'camera0' } });
      open();
      const update = await until(
        () => other.notices('recording_status_update').find(({ params }) => params?.status === word),
        { what: word },
      );
      await until(() => caller.frames.length === before + 2, { what: 'reply and notification' });
      expect(caller.frames.slice(before)).toEqual([expect.objectContaining({ id: method }), update]);
    }
  });

  test('also when the call fails, and in a batch after the whole answer', async () => {
    const { client, door } = await openApi();
    const caller = await client('operator');
    door.fail('startRecording', new Error('it broke'));
    const open = door.gate('startRecording');
    caller.send({ jsonrpc: '2.0', id: 1, method: 'start_recording', params: { device: 'camera0' } });
    await until(() => door.orders.length === 1, { what: 'the order' });
    door.emit({ type: 'recording.ended', camera: 'camera0', session: 's', recording: null, word: 'FAILED' });
    open();
    await until(() => caller.frames.length === 2, { what: 'reply and notification' });
    expect(caller.frames).toMatchObject([
      { id: 1, error: { code: -32603 } },
      { method: 'recording_status_update', params: { status: 'FAILED' } },
    ]);

    const on = (id: number, method: string) => ({
      jsonrpc: '2.0',
      id,
      method,
      params: { device: 'camera0' },
    });
    caller.send([on(2, 'start_recording'), on(3, 'stop_recording')]);
    await until(() => caller.frames.length === 5, { what: 'batch and two notifications' });
    expect(caller.frames.slice(2)).toMatchObject([
      [{ id: 2 }, { id: 3 }],
      { params: { status: 'STARTED' } },
      { params: { status: 'STOPPED' } },
    ]);
  });

  test('a pulled synthetic camera, named or not', async () => {
    const { client } = await openApi();
    const caller = await client('admin');
    caller.send({
      jsonrpc: '2.0',
      id: 1,
      method: 'inject_fault',
      params: { fault: 'unplug', device: 'camera0' },
    });
    await until(() => caller.frames.length === 2, { what: 'reply and notification' });
    caller.send({ jsonrpc: '2.0', id: 2, method: 'inject_fault', params: { fault: 'plug' } });
    await until(() => caller.frames.length === 4, { what: 'reply and notification' });
    expect(caller.frames.map((frame) => ('id' in frame ? 'reply' : 'notice'))).toEqual([
      'reply',
      'notice',
      'reply',
      'notice',
    ]);
  });

  test('what a waiting call does not cause is not held back', async () => {
    const { client, door } = await openApi();
    const caller = await client('operator');
    const open = door.gate('startRecording');
    caller.send({ jsonrpc: '2.0', id: 1, method: 'start_recording', params: { device: 'camera0' } });
    await until(() => door.orders.length === 1, { what: 'the order' });
    door.unplug('camera0');
    door.emit({ type: 'recording.ended', camera: 'camera1', session: 's', recording: null, word: 'STOPPED' });
    await until(() => caller.notices().length === 2, { what: 'both notifications' });
    expect(caller.replies).toEqual([]);
    open();
  });
});

/** A client that can stop reading at the TCP level: what the kernel holds fills up, then our queue. */
const slowReader = ({ port, keyOf }: OpenApi) => rawClient(port, keyOf.viewer);

describe('a client that does not read', () => {
  const padding = 'x'.repeat(20_000);
  const ended = (n: number) =>
    ({
      type: 'recording.ended',
      camera: 'camera0',
      session: `${padding}${n}`,
      recording: null,
      word: 'STOPPED',
    }) as const;

  test('slows nobody, is told how much it missed, and gets the newest', async () => {
    const opened = await openApi({ clientQueueMessages: 50 });
    const slow = await slowReader(opened);
    const quick = await opened.client('viewer');
    const total = 1000; // 20 MB: more than both kernels hold
    for (let n = 0; n < total; n += 1) {
      opened.door.emit(ended(n));
      if (n % 25 === 24) await until(() => quick.notices().length === n + 1, { what: `notification ${n}` });
    }
    expect(quick.notices('lagged')).toEqual([]);

    let text = '';
    slow.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    slow.resume();
    await until(() => text.includes(`x${total - 1}"`), {
      what: 'the newest notification',
      timeoutMs: 10_000,
    });
    const dropped = [...text.matchAll(/"lagged","params":\{"dropped":(\d+)\}/g)].map((match) =>
      Number(match[1]),
    );
    const received = text.split('recording_status_update').length - 1;
    expect(dropped.length).toBeGreaterThan(0);
    expect(received + dropped.reduce((sum, part) => sum + part, 0)).toBe(total);
  });

  test('but keeps calling is no longer listened to, and its memory stays bounded', async () => {
    const opened = await openApi();
    const slow = await slowReader(opened);
    const quick = await opened.client('viewer');
    const frame = textFrame('{"jsonrpc":"2.0","id":1,"method":"get_camera_list"}');
    const burst = Buffer.concat(Array(1000).fill(frame));
    let blocked = false;
    for (let n = 0; n < 200 && !blocked; n += 1) {
      blocked = !slow.write(burst) && slow.writableLength > 4_000_000;
      if (n % 10 === 9) expect(await quick.result('ping')).toBe('pong');
    }
    expect(blocked).toBe(true); // our kernel's buffer is full: the service has stopped reading
    const answered = opened.log.filter(({ sentence }) => sentence === 'call answered').length;
    expect(answered).toBeLessThan(60_000);
  });

  test('nor answer pings is ended, while one that lives stays', async () => {
    const opened = await openApi({ pingIntervalMs: 300 });
    const dead = await slowReader(opened);
    const alive = await opened.client('viewer');
    let gone = false;
    dead.once('close', () => {
      gone = true;
    });
    await until(() => opened.log.some(({ facts }) => facts.event === 'dead_client'), {
      what: 'the end of the dead client',
    });
    dead.resume();
    await until(() => gone, { what: 'the closed socket' });
    expect(await alive.result('ping')).toBe('pong');
    expect(opened.log.filter(({ facts }) => facts.event === 'dead_client')).toHaveLength(1);
  });
});
