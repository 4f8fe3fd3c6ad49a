/** The kinds of values that configuration keys have. Each takes its default and what it is about. */
import { z } from 'zod';

export const port = (value: number, about: string) => int(value, about, 1, 65_535);

/** Milliseconds, a day at most. */
export const ms = (value: number, about: string, min = 1) => int(value, about, min, 86_400_000);

export const int = (value: number, about: string, min: number, max?: number) => {
  const least = z.int().min(min);
  return (max === undefined ? least : least.max(max)).default(value).describe(about);
};

/** Not empty. */
export const text = (value: string, about: string) => z.string().min(1).default(value).describe(about);

/** Their names reach MediaMTX's hook and recordPath languages, where nothing else survives unchanged. */
export const folder = (value: string, about: string) =>
  z
    .string()
    .regex(
      value === '' ? /^[A-Za-z0-9._/-]*$/ : /^[A-Za-z0-9._/-]+$/,
      'may hold only letters, digits and . _ / -',
    )
    .default(value)
    .describe(about);

/** Its keys all have defaults, so it may be left out; unknown keys are refused. */
export const section = <T extends z.ZodRawShape>(shape: T) => z.strictObject(shape).prefault({} as never);
