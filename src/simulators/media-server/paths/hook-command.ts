/**
 * The command language of hooks: words as a POSIX shell splits them, then variables in every word, quoted or
 * not. There is no shell: no pipes, no redirections, no way to write a literal dollar sign.
 */

/** Program and arguments. @throws Error for an open quote or a command without a word */
export function commandWords(
  command: string,
  environment: Readonly<Record<string, string | undefined>>,
): string[] {
  const words = splitWords(command);
  if (words.length === 0) throw new Error('the command holds no word');
  return words.map((word) =>
    word.replace(
      /\$(?:\{([^}]*)\}|([A-Za-z_][A-Za-z0-9_]*|[0-9*#$@!?-]))/g,
      (_all, braced?: string, bare?: string) => {
        return environment[braced ?? bare ?? ''] ?? '';
      },
    ),
  );
}

function splitWords(command: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let at = 0; at < command.length; at++) {
    const character = command.charAt(at);
    if (quote === "'") {
      if (character === "'") quote = '';
      else word += character;
    } else if (character === '\\' && (quote === '' || '$`"\\\n'.includes(command.charAt(at + 1)))) {
      word = (word ?? '') + command.charAt(++at);
    } else if (quote === '"') {
      if (character === '"') quote = '';
      else word += character;
    } else if (character === "'" || character === '"') {
      quote = character;
      word ??= '';
    } else if (/[ \t\n]/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== '') throw new Error('the command has an open quote');
  if (word !== null) words.push(word);
  return words;
}
