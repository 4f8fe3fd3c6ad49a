import { expect, test } from 'vitest';
import { CameraError, ERROR_CODES, errorOf, troubleOf } from '../../src/machines/errors.ts';

test('an error names its reason by its code unless a finer one is given', () => {
  expect(new CameraError('device-busy', 'Held.').reason).toBe('device_busy');
  expect(new CameraError('storage', 'Full.', { reason: 'tap_disk_full' }).reason).toBe('tap_disk_full');
});

test('an error keeps its cause, suggestion and facts', () => {
  const cause = new Error('EBUSY');
  const error = new CameraError('device-busy', 'Held.', {
    cause,
    suggestion: 'Close the other program.',
    facts: { holder: 'cheese' },
  });
  expect(error.cause).toBe(cause);
  expect(error.suggestion).toBe('Close the other program.');
  expect(error.facts).toEqual({ holder: 'cheese' });
  expect(new CameraError('internal', 'Plain.').facts).toEqual({});
});

test('whether a retry may help follows from the code alone', () => {
  for (const code of Object.keys(ERROR_CODES) as (keyof typeof ERROR_CODES)[]) {
    expect(new CameraError(code, 'x').retryable).toBe(ERROR_CODES[code].retryable);
  }
  expect(new CameraError('device-busy', 'x').retryable).toBe(true);
  expect(new CameraError('device-gone', 'x').retryable).toBe(false);
});

test('trouble is plain data that survives JSON, and becomes the same error again', () => {
  const trouble = troubleOf(
    new CameraError('no-bandwidth', 'The USB bus is full.', { cause: new Error('ENOSPC') }),
  );
  expect(JSON.parse(JSON.stringify(trouble))).toEqual({
    code: 'no-bandwidth',
    reason: 'no_bandwidth',
    message: 'The USB bus is full.',
  });
  expect(troubleOf(errorOf(trouble))).toEqual(trouble);
});

test('trouble keeps what to do and the facts, and so does the error that is made of it', () => {
  const options = { reason: 'usb_full', suggestion: 'Use another port.', facts: { bus: 'usb1' } };
  const trouble = troubleOf(new CameraError('no-bandwidth', 'Full.', options));
  expect(trouble).toEqual({ code: 'no-bandwidth', message: 'Full.', ...options });
  expect(errorOf(trouble)).toMatchObject(options);
  expect(troubleOf(errorOf(trouble))).toEqual(trouble);
});

test('trouble passes through unchanged and drops what does not belong to it', () => {
  const trouble = { code: 'deadline', reason: 'probe_timeout', message: 'Too late.' } as const;
  expect(troubleOf({ ...trouble, secret: 'x' })).toEqual(trouble);
});

test('anything foreign becomes internal with its own words', () => {
  expect(troubleOf(new Error('boom'))).toEqual({ code: 'internal', reason: 'internal', message: 'boom' });
  expect(troubleOf('just text').message).toBe('just text');
  expect(troubleOf(null).message).toBe('null');
  expect(troubleOf({ code: 'x' }).code).toBe('internal');
});
