/** How deep a JSON text nests, found before it is parsed. Counts brackets outside of texts; does not check the JSON. */

const QUOTE = 34;
const BACKSLASH = 92;

/** @returns whether more than `limit` brackets are open at once anywhere in the text */
export function nestsDeeperThan(text: string, limit: number): boolean {
  if (text.length <= limit) return false; // each level costs a character, and most messages are short
  let depth = 0;
  let inText = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (inText) {
      if (code === BACKSLASH) at += 1;
      else if (code === QUOTE) inText = false;
    } else if (code === QUOTE) inText = true;
    else if (code === 91 || code === 123) {
      depth += 1;
      if (depth > limit) return true;
    } else if (code === 93 || code === 125) depth -= 1;
  }
  return false;
}
