/** The drawings of statecharts/ as a module of the page: `virtual:statecharts`. Their common style is taken out, once. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const NAME = 'virtual:statecharts';
const RESOLVED = `\0${NAME}`;
const STYLE = /<style>([\s\S]*?)<\/style>\n?/;

/** @param {string} folder of the drawings @returns {import('vite').Plugin} */
export function drawingsPlugin(folder) {
  return {
    name: 'statecharts',
    resolveId: (id) => (id === NAME ? RESOLVED : undefined),
    load(id) {
      if (id !== RESOLVED) return undefined;
      const files = readdirSync(folder).filter((name) => name.endsWith('.svg'));
      const texts = files.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
      for (const name of files) this.addWatchFile(join(folder, name));
      const styles = new Set(texts.map(([, text]) => STYLE.exec(text)?.[1] ?? ''));
      if (styles.size !== 1) throw new Error('The drawings of statecharts/ do not share one style.');
      const drawings = Object.fromEntries(
        texts.map(([name, text]) => [name.slice(0, -'.svg'.length), text.replace(STYLE, '')]),
      );
      return [
        `export const drawings = ${JSON.stringify(drawings)};`,
        `export const style = ${JSON.stringify([...styles][0])};`,
      ].join('\n');
    },
  };
}
