// For `node --expose-gc --import`: on SIGURG all garbage is collected, and what is left is written to a file.
import { renameSync, writeFileSync } from 'node:fs';

process.on('SIGURG', () => {
  globalThis.gc();
  const file = process.env.HEAP_REPORT;
  writeFileSync(`${file}.new`, JSON.stringify(process.memoryUsage()));
  renameSync(`${file}.new`, file);
});
