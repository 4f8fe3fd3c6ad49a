/**
 * Reads the YAML configuration file as MediaMTX does: unknown keys are errors, `yes`/`no`/`on`/`off` without
 * quotes are booleans. It is read again when it changes: what came through the Control API is lost then.
 */
import { type FSWatcher, readFileSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { parseDocument, Scalar, visit } from 'yaml';
import { type Configuration, resolveConfiguration } from './configuration.ts';
import { decodeGiven } from './fields.ts';
import { GLOBAL_FIELDS } from './global-fields.ts';
import { PATH_FIELDS } from './path-fields.ts';
import { isObject, type Json, Refusal } from './values.ts';

/** @throws Refusal when the file cannot be read, is no YAML or says what is not allowed */
export function loadConfiguration(file: string | undefined): Configuration {
  return parseConfiguration(file === undefined ? '' : readText(file));
}

/** The configuration that a file with this text stands for. @throws Refusal */
export function parseConfiguration(text: string): Configuration {
  const { pathDefaults = null, paths = null, ...global } = rootOf(text);
  if (paths !== null && !isObject(paths)) throw new Refusal("json: 'paths' must be an object");
  return resolveConfiguration({
    global: decodeGiven(GLOBAL_FIELDS, global),
    pathDefaults: decodeGiven(PATH_FIELDS, pathDefaults, ['name']),
    paths: new Map(
      Object.entries(paths ?? {}).map(([name, entry]) => [name, decodeGiven(PATH_FIELDS, entry, ['name'])]),
    ),
  });
}

/** A change is read this long after it was noticed, and changes in this time after a reading are not noticed. */
const READ_DELAY_MS = 10;
const DEAF_MS = 1000;

/** Tells of changes of the file, its folder being watched as in the real server: also when it is put in its place anew. */
export function watchConfiguration(file: string, changed: () => void): FSWatcher {
  let deafUntilMs = 0;
  return watch(dirname(file), (_event, name) => {
    if (name !== basename(file) || performance.now() < deafUntilMs) return;
    deafUntilMs = performance.now() + DEAF_MS;
    setTimeout(changed, READ_DELAY_MS);
  });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new Refusal(`open ${file}: ${code === 'ENOENT' ? 'no such file or directory' : code}`);
  }
}

function rootOf(text: string): Record<string, Json> {
  const document = parseDocument(text, { version: '1.2' });
  const problem = document.errors[0];
  if (problem !== undefined) throw new Refusal(problem.message);
  visit(document, {
    Scalar(_key, node) {
      if (node.type !== Scalar.PLAIN || typeof node.value !== 'string') return;
      if (/^(yes|on)$/i.test(node.value)) node.value = true;
      else if (/^(no|off)$/i.test(node.value)) node.value = false;
    },
  });
  const root = (document.toJS() ?? {}) as Json;
  if (!isObject(root))
    throw new Refusal('json: cannot unmarshal array into Go value of type map[string]json.RawMessage');
  return root;
}
