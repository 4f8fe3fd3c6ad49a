/**
 * Reads the barcodes back out of what the pipeline made: recordings, streams and JPEGs, decoded by a real ffmpeg.
 * So a test can say "no frame is missing" and "this picture is younger than 300 ms".
 */
import { execa } from 'execa';
import { type Barcode, decodeBarcode } from '../../src/simulators/camera/barcode.ts';

/**
 * The barcode of every frame, in order; null where a frame has none that can be read.
 * @param input a file or an rtsp:// URL; give `frames` for what has no end
 */
export async function barcodesOf(
  input: string,
  options: { readonly frames?: number; readonly timeoutMs?: number } = {},
): Promise<(Barcode | null)[]> {
  const transport = input.startsWith('rtsp:') ? ['-rtsp_transport', 'tcp'] : [];
  const count = options.frames === undefined ? [] : ['-frames:v', `${options.frames}`];
  // PGM carries its size with every picture, so nothing has to be asked beforehand.
  const gray = ['-fps_mode', 'passthrough', '-pix_fmt', 'gray', '-c:v', 'pgm', '-f', 'image2pipe', '-'];
  const { stdout } = await execa(
    'ffmpeg',
    ['-v', 'error', '-nostdin', ...transport, '-i', input, ...count, ...gray],
    {
      encoding: 'buffer',
      maxBuffer: 1e9,
      timeout: options.timeoutMs ?? 20_000,
    },
  );
  return pictures(stdout).map(({ widthPx, heightPx, luma }) => decodeBarcode(luma, widthPx, heightPx));
}

/** The barcode of one picture: a JPEG or PNG file. @throws Error when it has none */
export async function barcodeOf(file: string): Promise<Barcode> {
  const [barcode] = await barcodesOf(file, { frames: 1 });
  if (!barcode) throw new Error(`${file} shows no barcode`);
  return barcode;
}

/** Where the counter does not go on by one: `[before, after]` each. Unreadable frames count as missing. */
export function jumpsIn(barcodes: readonly (Barcode | null)[]): [number, number][] {
  const counters = barcodes.flatMap((barcode) => barcode?.counter ?? []);
  return counters.flatMap((counter, i): [number, number][] => {
    const before = counters[i - 1];
    return before === undefined || counter === before + 1 ? [] : [[before, counter]];
  });
}

/** What ffprobe says of the first video stream: any of its `stream` entries. */
export async function probeStream(
  input: string,
  entries: readonly string[],
): Promise<Record<string, string | number>> {
  const transport = input.startsWith('rtsp:') ? ['-rtsp_transport', 'tcp'] : [];
  const show = ['-select_streams', 'v:0', '-show_entries', `stream=${entries.join(',')}`, '-of', 'json'];
  const { stdout } = await execa('ffprobe', ['-v', 'error', ...transport, ...show, input], {
    timeout: 20_000,
  });
  return (JSON.parse(stdout) as { streams: Record<string, string | number>[] }).streams[0] ?? {};
}

/** Time stamp (seconds), size (bytes) and keyframe flag of every packet of the first video stream. */
export async function packetsOf(
  file: string,
): Promise<{ timeS: number; sizeBytes: number; keyframe: boolean }[]> {
  const show = ['-select_streams', 'v:0', '-show_entries', 'packet=pts_time,size,flags', '-of', 'json'];
  const { stdout } = await execa('ffprobe', ['-v', 'error', ...show, file], { timeout: 20_000 });
  const { packets } = JSON.parse(stdout) as { packets: { pts_time: string; size: string; flags: string }[] };
  return packets.map(({ pts_time, size, flags }) => ({
    timeS: Number(pts_time),
    sizeBytes: Number(size),
    keyframe: flags.startsWith('K'),
  }));
}

/** The kinds of pictures (I, P, B) of the first video stream, each once, in order of the alphabet. */
export async function pictureTypesOf(file: string): Promise<string[]> {
  const show = ['-select_streams', 'v:0', '-show_entries', 'frame=pict_type', '-of', 'csv=p=0'];
  const { stdout } = await execa('ffprobe', ['-v', 'error', ...show, file], { timeout: 30_000 });
  return [...new Set(stdout.split(/[^A-Z]+/).filter((type) => type !== ''))].toSorted();
}

/** Saves what a viewer gets of a stream, as it comes, for so many seconds of picture. */
export async function copyStream(url: string, file: string, seconds: number): Promise<void> {
  const input = ['-rtsp_transport', 'tcp', '-i', url];
  await execa('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...input, '-c', 'copy', '-t', `${seconds}`, file], {
    timeout: (seconds + 40) * 1000,
  });
}

function pictures(stream: Uint8Array): { widthPx: number; heightPx: number; luma: Uint8Array }[] {
  const found = [];
  let at = 0;
  while (at < stream.length) {
    const head = /^P5\s+(\d+)\s+(\d+)\s+\d+\s/.exec(
      Buffer.from(stream.subarray(at, at + 64)).toString('latin1'),
    );
    if (head === null) throw new Error('ffmpeg wrote something other than pictures');
    const [all, width, height] = head;
    const start = at + all.length;
    at = start + Number(width) * Number(height);
    found.push({ widthPx: Number(width), heightPx: Number(height), luma: stream.subarray(start, at) });
  }
  return found;
}
