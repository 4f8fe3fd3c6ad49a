/** One process with many simulated cameras, measured: prints one line of JSON. The argument says how many. */
import { measureMany } from './many.ts';

const { cameras, looks } = JSON.parse(process.argv[2] ?? '{}') as { cameras: number; looks: number };
console.log(JSON.stringify(await measureMany(cameras, looks)));
process.exit(0);
