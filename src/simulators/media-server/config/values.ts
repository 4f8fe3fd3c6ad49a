/**
 * The plain values that a configuration is made of, and the one error that a refused configuration throws.
 * Everything is kept in the form the Control API prints it (`"1h0m0s"`, `"50M"`): comparing is comparing text.
 */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Keys with their values, in the order in which the API prints them. */
export type Values = Readonly<Record<string, Json>>;

/** A request or a file that the server refuses; `status` is the HTTP status of the answer. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;

  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
  }
}

/** Whether two sets of values say the same. Keys are always in the same order, so text is enough. */
export function sameValues(left: Values, right: Values): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** True for an object that is neither null nor an array. */
export function isObject(value: unknown): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
