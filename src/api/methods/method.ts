/**
 * The shape of the one declaration. From it come the check of parameters, the permission table, the documentation
 * and the types; nothing about a method is written anywhere else.
 */
import type { z } from 'zod';
import type { RequiredRole } from '../auth/roles.ts';
import type { Call } from '../desk.ts';
import type { NotificationName } from '../notifications.ts';
import type { FaultName } from '../rpc/catalogue.ts';

/** Facts of a method that do not depend on its types. */
export interface MethodFacts {
  readonly name: string;
  /** Older names that are answered the same way. */
  readonly aliases?: readonly string[];
  /** The least role; `none` needs no login. */
  readonly role: RequiredRole;
  /** One sentence, then more where needed. */
  readonly summary: string;
  /** Beyond those that every method may answer (login, role, parameters, rate, internal). */
  readonly errors: readonly FaultName[];
  /** Held back from the caller until its reply is sent. */
  readonly causes?: readonly NotificationName[];
  /** The result follows from the Door's views, the parameters, the role and the client's host alone: its text is kept. */
  readonly fromViews?: true;
  /** `data.allowed_states` of a state conflict, where the actors say nothing finer. */
  readonly allowedStates?: readonly string[];
}

export interface MethodDeclaration<P extends z.ZodType, R extends z.ZodType> extends MethodFacts {
  readonly params: P;
  readonly result: R;
  readonly example: { readonly params: z.input<P>; readonly result: z.output<R> };
  /** Answers at once where it can: only what waits for an actor or a disk returns a promise. */
  handle(params: z.output<P>, call: Call): z.input<R> | Promise<z.input<R>>;
}

/** A method as the table holds it. */
export interface Method extends MethodFacts {
  readonly params: z.ZodType;
  readonly result: z.ZodType;
  readonly example: { readonly params: unknown; readonly result: unknown };
  handle(params: unknown, call: Call): unknown;
}

/** Declares a method. The types of its parts are checked here, once. */
export function method<P extends z.ZodType, R extends z.ZodType>(
  declaration: MethodDeclaration<P, R>,
): Method {
  return declaration as unknown as Method;
}
