/**
 * Turns a TypeScript entry of src/ into files that plain node can run, because Node 20 cannot run TypeScript and a
 * test must not depend on a stale dist/. Follows relative imports; packages resolve from this project.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = resolve(import.meta.dirname, '../..');

/**
 * @param entry path below src/, e.g. `simulators/camera/main.ts`
 * @returns path of a JavaScript file to run; the same content is compiled only once
 */
export function compiledEntry(entry: string): string {
  const sources = new Map<string, string>();
  collect(join(ROOT, 'src', entry), sources);
  const hash = createHash('sha1');
  for (const [path, text] of sources) hash.update(`${path}\n${text}`);
  const folder = join(ROOT, '.tmp', `compiled-${hash.digest('hex').slice(0, 12)}`);
  const output = (path: string) => join(folder, relative(join(ROOT, 'src'), path)).replace(/\.ts$/, '.js');
  for (const [path, text] of sources) {
    if (existsSync(output(path))) continue;
    mkdirSync(dirname(output(path)), { recursive: true });
    // Several test files may do this at once: a file is there whole or not at all.
    const beside = `${output(path)}.${process.pid}`;
    writeFileSync(beside, ts.transpileModule(text, { compilerOptions: OPTIONS, fileName: path }).outputText);
    renameSync(beside, output(path));
  }
  return output(join(ROOT, 'src', entry));
}

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  rewriteRelativeImportExtensions: true,
};

function collect(path: string, sources: Map<string, string>): void {
  if (sources.has(path)) return;
  const text = readFileSync(path, 'utf8');
  sources.set(path, text);
  for (const { fileName } of ts.preProcessFile(text).importedFiles) {
    if (fileName.startsWith('.')) collect(resolve(dirname(path), fileName), sources);
  }
}
