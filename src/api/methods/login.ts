/** ping and authenticate: the two methods that need no login. */
import { z } from 'zod';
import { PERMISSIONS, ROLES } from '../auth/roles.ts';
import { noParams, stamp, stampOf } from '../shapes/common.ts';
import { method } from './method.ts';

/** What a key without an end shows as `expires_at`: old clients parse it as a date. */
const NEVER = '9999-12-31T23:59:59.999Z';

export const ping = method({
  name: 'ping',
  role: 'none',
  summary: 'Answers `pong`.',
  params: noParams,
  result: z.literal('pong'),
  errors: [],
  example: { params: {}, result: 'pong' },
  handle: () => 'pong' as const,
});

const credential = z.string().min(1).max(8192);

export const authenticate = method({
  name: 'authenticate',
  role: 'none',
  summary:
    'Logs this connection in, with a JWT or an API key. It holds until it expires; calling again renews or changes it. A failed attempt leaves the former login as it was.',
  params: z
    .strictObject({
      auth_token: credential.optional().describe('the token or key'),
      token: credential.optional().describe('the same, under its older name'),
      auth_type: z.enum(['jwt', 'api_key', 'auto']).default('auto'),
    })
    .superRefine((given, context) => {
      if ((given.auth_token ?? given.token) !== undefined) return;
      context.addIssue({
        code: 'custom',
        path: ['auth_token'],
        message: 'a token or API key',
        params: { rule: 'required' },
      });
    }),
  result: z.strictObject({
    authenticated: z.literal(true),
    role: z.enum(ROLES),
    permissions: z.array(z.enum(['view', 'control', 'admin'])),
    expires_at: stamp.describe('9999-12-31T23:59:59.999Z: never'),
    session_id: z.uuid(),
    auth_method: z.enum(['jwt', 'api_key']),
  }),
  errors: ['auth-failed'],
  example: {
    params: { auth_token: 'csk_...' },
    result: {
      authenticated: true,
      role: 'operator',
      permissions: ['view', 'control'],
      expires_at: '2026-11-24T04:28:13.512Z',
      session_id: '5f0c3d6e-7a0b-4a3e-9a52-0f6f3b0c8d11',
      auth_method: 'api_key',
    },
  },
  handle: (params, { desk, session, correlationId }) => {
    const principal = desk.doorkeeper.admit(params.auth_token ?? params.token ?? '', params.auth_type);
    session.principal = principal;
    const { role, method: authMethod, subject } = principal;
    desk.log.info(
      {
        event: 'login',
        correlation_id: correlationId,
        session_id: session.id,
        user: subject,
        role,
        address: session.address,
      },
      'client logged in',
    );
    return {
      authenticated: true as const,
      role,
      permissions: [...PERMISSIONS[role]],
      expires_at: principal.expiresAtMs === null ? NEVER : stampOf(principal.expiresAtMs),
      session_id: session.id,
      auth_method: authMethod,
    };
  },
});
