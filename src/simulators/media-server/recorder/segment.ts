/**
 * One recording file. It appears when its first part is complete and grows part by part, so a killed server
 * leaves everything but the last part; closing it writes the rest and the duration. Nothing is fsynced.
 */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { u32 } from './boxes.ts';
import { DURATION_OFFSET, type HeaderFacts, recordingHeader } from './fmp4-header.ts';
import { recordingPart, type Sample } from './fmp4-part.ts';

export interface SegmentOptions {
  readonly file: string;
  readonly header: HeaderFacts;
  readonly partDurationMs: number;
  readonly maxPartBytes: number;
  /** Decoding time of the first picture, on the recorder's own count of ticks. */
  readonly startTicks: number;
}

export class Segment {
  readonly startTicks: number;
  readonly #options: SegmentOptions;
  #descriptor: number | null = null;
  #samples: Sample[] = [];
  #partBytes = 0;
  #partNumber = 0;
  #partStartTicks: number;
  #endTicks: number;

  constructor(options: SegmentOptions) {
    this.#options = options;
    this.startTicks = options.startTicks;
    this.#partStartTicks = options.startTicks;
    this.#endTicks = options.startTicks;
  }

  /** Adds the next picture. @throws Error when the disk refuses or the part grows too large */
  write(sample: Sample): void {
    const partTicks = this.#endTicks - this.#partStartTicks;
    if (this.#samples.length > 0 && partTicks >= this.#ticks(this.#options.partDurationMs)) this.#closePart();
    this.#partBytes += sample.bytes.length;
    if (this.#partBytes > this.#options.maxPartBytes) throw new Error('reached maximum part size');
    this.#samples.push(sample);
    this.#endTicks += sample.durationTicks;
  }

  /** Writes what is left and the duration. No file is made when there was no picture. @throws Error of the disk */
  close(): void {
    try {
      if (this.#samples.length > 0) this.#closePart();
      if (this.#descriptor !== null) {
        const durationMs = ((this.#endTicks - this.startTicks) / this.#options.header.timescale) * 1000;
        writeSync(this.#descriptor, u32(Math.floor(durationMs)), 0, 4, DURATION_OFFSET);
      }
    } finally {
      if (this.#descriptor !== null) closeSync(this.#descriptor);
      this.#descriptor = null;
    }
  }

  #closePart(): void {
    const part = recordingPart(this.#partNumber, this.#partStartTicks - this.startTicks, this.#samples);
    this.#samples = [];
    this.#partBytes = 0;
    this.#partNumber++;
    this.#partStartTicks = this.#endTicks;
    if (this.#descriptor === null) {
      mkdirSync(dirname(this.#options.file), { recursive: true });
      this.#descriptor = openSync(this.#options.file, 'w', 0o644);
      this.#append(recordingHeader(this.#options.header));
    }
    this.#append(part);
  }

  #append(bytes: Buffer): void {
    if (this.#descriptor === null) return;
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.#descriptor, bytes, done, bytes.length - done);
    }
  }

  #ticks(ms: number): number {
    return (ms * this.#options.header.timescale) / 1000;
  }
}
