import { expect, test } from 'vitest';
import { troubleForm, troubleShape } from '../../../src/api/shapes/common.ts';

const BUSY = { code: 'device-busy', reason: 'device_busy', message: 'Held.' } as const;

test('a trouble shows its suggestion and facts where it has them, and no key where not', () => {
  const facts = { holders: [{ pid: 7, command: 'cheese', ours: false }] };
  const full = troubleForm({ ...BUSY, suggestion: 'End it.', facts });
  expect(full).toEqual({ reason: 'device_busy', message: 'Held.', suggestion: 'End it.', facts });
  expect(troubleShape.parse(full)).toEqual(full);
  expect(troubleForm(BUSY)).toEqual({ reason: 'device_busy', message: 'Held.' });
  expect(troubleForm(null)).toBeNull();
});

test('no host path and no secret leaves in any of them', () => {
  const path = '/home/somebody/secret-place';
  const form = troubleForm({ ...BUSY, message: path, suggestion: path, facts: { path, api_key: 'hush' } });
  expect(JSON.stringify(form)).not.toMatch(/somebody|hush/);
});
