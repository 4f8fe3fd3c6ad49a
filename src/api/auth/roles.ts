/** The three roles and their order. Which method needs which stands in the method's declaration alone. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;

export type Role = (typeof ROLES)[number];

/** `none`: answered without a login. */
export type RequiredRole = Role | 'none';

/** The classic permission words of each role. */
export const PERMISSIONS: Readonly<Record<Role, readonly ('view' | 'control' | 'admin')[]>> = {
  viewer: ['view'],
  operator: ['view', 'control'],
  admin: ['view', 'control', 'admin'],
};

/** Whether this role may do what asks for `required`; a higher role may do all that a lower one may. */
export function roleAllows(have: Role, required: RequiredRole): boolean {
  return required === 'none' || ROLES.indexOf(have) >= ROLES.indexOf(required);
}

/** Whether a foreign value names a role. */
export function isRole(value: unknown): value is Role {
  return typeof value === 'string' && (ROLES as readonly string[]).includes(value);
}
