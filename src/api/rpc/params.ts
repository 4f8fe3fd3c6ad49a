/** Parameters against their declaration: the first thing that is wrong, as -32602 with `param`, `rule` and `hint`. */
import type { z } from 'zod';
import { RpcFault } from './fault.ts';

type Issue = z.core.$ZodIssue;

/**
 * Absent, null, `{}` and `[]` all mean no parameters; other arrays are positions, which no method takes.
 * @throws RpcFault invalid-params
 */
export function checkParams<T>(schema: z.ZodType<T>, params: unknown): T {
  if (Array.isArray(params) && params.length > 0) {
    throw invalidParams(null, 'named', 'Parameters are given by name, not by position.');
  }
  const named = params === undefined || params === null || Array.isArray(params) ? {} : params;
  const checked = schema.safeParse(named);
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0];
  if (issue === undefined) throw invalidParams(null, 'unknown', 'The parameters do not fit.');
  const param = paramOf(issue);
  const hint = issue.message.slice(0, 200); // it may repeat what the client sent
  const rule = ruleOf(issue, named);
  const words =
    rule === 'required' ? 'is required' : rule === 'unknown' ? 'is not known here' : `does not fit: ${hint}`;
  throw invalidParams(param, rule, `The parameter ${JSON.stringify(param)} ${words}.`, hint);
}

/** -32602 for what a schema cannot see. @param rule stable word, e.g. `range` */
export function invalidParams(param: string | null, rule: string, details: string, hint = details): RpcFault {
  return new RpcFault('invalid-params', { reason: `param_${rule}`, details, fields: { param, rule, hint } });
}

function paramOf(issue: Issue): string {
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
  const name = path.map(String).join('.');
  return name.length > 64 ? `${name.slice(0, 64)}...` : name;
}

function ruleOf(issue: Issue, params: object): string {
  switch (issue.code) {
    case 'invalid_type':
      return isMissing(issue.path, params) ? 'required' : 'type';
    case 'too_small':
    case 'too_big':
      return 'range';
    case 'invalid_format':
      return 'pattern';
    case 'invalid_value':
      return isMissing(issue.path, params) ? 'required' : 'enum';
    case 'unrecognized_keys':
      return 'unknown';
    case 'custom':
      return typeof issue.params?.rule === 'string' ? issue.params.rule : 'rule';
    default:
      return 'rule';
  }
}

function isMissing(path: readonly PropertyKey[], params: object): boolean {
  const [name] = path;
  return path.length === 1 && name !== undefined && !Object.hasOwn(params, name);
}
