import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FlawedCall, type RpcCall, readEnvelope } from '../../../src/api/rpc/envelope.ts';
import { nestsDeeperThan } from '../../../src/api/rpc/nesting.ts';

function only(text: string): RpcCall | FlawedCall {
  const { items, batch } = readEnvelope(text);
  expect(batch).toBe(false);
  expect(items).toHaveLength(1);
  return items[0]!;
}

function codeOf(text: string): number | undefined {
  const item = only(text);
  return item.kind === 'flawed' ? item.fault.code : undefined;
}

describe('a frame', () => {
  test.each(['', ' ', '{', '{"jsonrpc":"2.0"', '[1,', 'nul', '{"a":01}', '\u0000', '"\\x"'])(
    '%j is a parse error with id null',
    (text) => {
      const item = only(text);
      expect(item).toMatchObject({ kind: 'flawed', id: null });
      expect(codeOf(text)).toBe(-32700);
    },
  );

  test.each([
    ['1', null],
    ['"ping"', null],
    ['null', null],
    ['true', null],
    ['{}', null],
    ['{"jsonrpc":"2.0","id":7}', 7],
    ['{"jsonrpc":"1.0","method":"ping","id":"a"}', 'a'],
    ['{"jsonrpc":2.0,"method":"ping","id":1}', 1],
    ['{"jsonrpc":"2.0","method":1,"id":1}', 1],
    ['{"jsonrpc":"2.0","method":null,"id":1}', 1],
    ['{"jsonrpc":"2.0","method":"ping","params":"x","id":1}', 1],
    ['{"jsonrpc":"2.0","method":"ping","params":1,"id":1}', 1],
    ['{"jsonrpc":"2.0","method":"ping","params":true,"id":1}', 1],
    ['{"jsonrpc":"2.0","method":"ping","id":{}}', null],
    ['{"jsonrpc":"2.0","method":"ping","id":[1]}', null],
    ['{"jsonrpc":"2.0","method":"ping","id":true}', null],
    ['{"jsonrpc":"2.0","method":"ping","id":1e999}', null],
    ['{"jsonrpc":"2.0","method":"ping","id":12345678901234567890}', null],
    ['[]', null],
  ])('%s is an invalid request that keeps a usable id', (text, id) => {
    expect(codeOf(text)).toBe(-32600);
    expect(only(text).id).toBe(id);
  });

  test('keeps the type of an id', () => {
    for (const id of [0, -1, 1.5, 2 ** 53 - 1, '', '1', null]) {
      expect(only(JSON.stringify({ jsonrpc: '2.0', method: 'ping', id })).id).toBe(id);
    }
  });

  test('without an id is a notification', () => {
    expect(only('{"jsonrpc":"2.0","method":"ping"}')).toMatchObject({ kind: 'call', id: undefined });
  });

  test('takes an own member named __proto__ for what it is', () => {
    expect(only('{"__proto__":{"jsonrpc":"2.0","method":"ping","id":1}}')).toMatchObject({
      kind: 'flawed',
      id: null,
    });
  });
});

describe('a batch', () => {
  const call = { jsonrpc: '2.0', method: 'ping', id: 1 };

  test('holds up to 50 calls and no more', () => {
    expect(readEnvelope(JSON.stringify(Array(50).fill(call)))).toMatchObject({ batch: true });
    expect(codeOf(JSON.stringify(Array(51).fill(call)))).toBe(-32600);
  });

  test('judges each element by itself, an array in it too', () => {
    const { items } = readEnvelope(JSON.stringify([call, 1, [call], { ...call, method: 2 }]));
    expect(items.map(({ kind }) => kind)).toEqual(['call', 'flawed', 'flawed', 'flawed']);
    expect(items[3]?.id).toBe(1);
  });
});

describe('nesting', () => {
  const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

  test('of 64 levels is read, of 65 refused without being parsed', () => {
    const message = (levels: number) =>
      `{"jsonrpc":"2.0","method":"ping","id":1,"params":{"a":${nested(levels)}}}`;
    expect(only(message(62)).kind).toBe('call');
    expect(codeOf(message(63))).toBe(-32600);
  });

  test('of half a million levels harms nobody, closed or open, in arrays or objects', () => {
    expect(codeOf(nested(500_000))).toBe(-32600);
    expect(codeOf('['.repeat(1_000_000))).toBe(-32600);
    expect(codeOf('{"a":'.repeat(200_000))).toBe(-32600);
  });

  test('inside texts does not count', () => {
    expect(only(JSON.stringify({ jsonrpc: '2.0', method: 'ping', id: '[{'.repeat(500) })).kind).toBe('call');
    expect(nestsDeeperThan(JSON.stringify(['\\"[', '[['.repeat(99)]), 3)).toBe(false);
  });

  test('is counted as JSON.parse sees it', () => {
    const depth = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depth)) : 0;
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), fc.integer({ min: 0, max: 8 }), (value, limit) => {
        expect(nestsDeeperThan(JSON.stringify(value), limit)).toBe(depth(value) > limit);
      }),
    );
  });
});

test('whatever comes in, something can be said about it', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json({ maxDepth: 4 }),
    fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify([value])),
  );
  fc.assert(
    fc.property(text, (frame) => {
      const { items } = readEnvelope(frame);
      expect(items.length).toBeGreaterThan(0);
    }),
    { numRuns: 150 },
  );
});
