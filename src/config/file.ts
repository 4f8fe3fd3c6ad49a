/** The YAML file as plain values, with line and column of what cannot be read. */
import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { ConfigError, type ConfigIssue } from './config-error.ts';
import { isTree, type Tree } from './tree.ts';

/** An empty file is an empty configuration. @throws ConfigError naming the file */
export function readConfigFile(path: string): Tree {
  const fail = (...sentences: readonly string[]): never => {
    throw new ConfigError(sentences.map((sentence): ConfigIssue => ({ where: path, sentence })));
  };
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return fail(code === 'ENOENT' ? 'the file does not exist' : `the file cannot be read (${code})`);
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  if (document.errors.length > 0) {
    return fail(
      ...document.errors.map(({ pos, message }) => {
        const { line, col } = lineCounter.linePos(pos[0]);
        // What follows a colon quotes the file, and could be a secret.
        return `line ${line}, column ${col}: not valid YAML (${message.split(/: ["']?|\n/)[0]})`;
      }),
    );
  }
  const content: unknown = document.toJS();
  if (content === null || content === undefined) return {};
  return isTree(content) ? content : fail('the file must hold sections with keys, like "server:"');
}
