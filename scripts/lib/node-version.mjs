/**
 * Whether this Node can run the project. Written for every Node that knows modules: it is what an old one reads first.
 */

/** The first versions of the lines that work, as package.json's `engines` says. */
const LOWEST = { 20: 19, 22: 12 };

/**
 * @param {string} version as process.versions.node
 * @returns {string | null} one sentence for the user; null where all is well
 */
export function whyUnsuitable(version) {
  const parts = version.split('.').map(Number);
  const lowestMinor = LOWEST[parts[0]];
  const suits = lowestMinor === undefined ? parts[0] > 22 : parts[1] >= lowestMinor;
  if (suits) return null;
  return (
    'This needs Node.js 20.19 or later (of 22: 22.12 or later), and this is Node.js ' +
    version +
    '; newer ones are at https://nodejs.org/en/download.'
  );
}

/** Ends the process with code 3 and one sentence when this Node is too old. */
export function insistOnNode() {
  const why = whyUnsuitable(process.versions.node);
  if (why === null) return;
  process.stderr.write(`${why}\n`);
  process.exit(3);
}
