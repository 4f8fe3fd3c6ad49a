/**
 * Brings dist up to date before the first test, because what tests start as processes of their own runs compiled.
 * Translates file by file without checking types (`tsc --noEmit` does that), so a half-finished room stops nobody;
 * a simulator that is no TypeScript at all ends the run.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

const ROOT = projectAbove(import.meta.dirname);
const SOURCES = join(ROOT, 'src');

/** What `npm start` gives to node, before the service's entry. */
export const NODE_ARGUMENTS: readonly string[] = ['--max-semi-space-size=4'];

/** The compiled form of an entry below src/, e.g. `simulators/media-server/main.ts`, for `node`. */
export function compiled(entry: string): string {
  return join(ROOT, 'dist', entry.replace(/\.ts$/, '.js'));
}

/** The commands (`npm run bench`, `npm run chaos`) use this file too, compiled, and so from another depth. */
function projectAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : projectAbove(dirname(folder));
}

/** Vitest's global setup. @throws Error when a simulator is no TypeScript */
export default function setup(): void {
  const problems: string[] = [];
  for (const name of readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })) {
    // The inspector is a page: Vite builds it, and nothing of it is started.
    if (!name.endsWith('.ts') || name.endsWith('.d.ts') || name.startsWith('inspector/')) continue;
    if (isNewer(join(SOURCES, name), compiled(name))) problems.push(...translate(name));
  }
  if (problems.length > 0) throw new Error(`the simulators do not compile:\n${problems.join('\n')}`);
}

function isNewer(source: string, output: string): boolean {
  const outputMs = statSync(output, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return statSync(source).mtimeMs >= outputMs;
}

/** Writes one file whole or not at all: other runs may be reading it. Returns what is wrong in a simulator. */
function translate(name: string): string[] {
  const { outputText, diagnostics = [] } = ts.transpileModule(readFileSync(join(SOURCES, name), 'utf8'), {
    compilerOptions: OPTIONS,
    fileName: name,
    reportDiagnostics: true,
  });
  const output = compiled(name);
  mkdirSync(dirname(output), { recursive: true });
  const beside = `${output}.${process.pid}`;
  writeFileSync(beside, outputText);
  renameSync(beside, output);
  if (!name.startsWith('simulators')) return [];
  return diagnostics.map(
    ({ messageText }) => `src/${name}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
  );
}

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  rewriteRelativeImportExtensions: true,
};
