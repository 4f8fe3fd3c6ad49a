/** Why the running service does not take a state or a transition, by rule; the first that fits is told. */
import { RACES, SPECIAL } from './races.ts';

const exactly = (name: string) => new RegExp(`^${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);

export interface Reason {
  readonly why: string;
  /** Names of states and transitions. */
  readonly fits: readonly RegExp[];
}

export const REASONS: readonly Reason[] = [
  {
    why: 'A control is set seldom, and a synthetic camera keeps what was set: tests/flows/controls.test.ts and the lab have others',
    fits: [/^controls/, /controls\.wished/],
  },
  {
    why: 'Nobody else publishes on a path here; tests/faults/second-publisher.test.ts does',
    fits: [/^rivals/, / on rivals\./, /stream\.contested/],
  },
  {
    why: 'Only with an external media server: tests/flows/external.test.ts',
    fits: [
      /^media-server\.folders/,
      /^media-server\.process\.external/,
      /notStarted on media-server\.start/,
      /folders\.tested/,
    ],
  },
  {
    why: 'Only where the media server refuses us or a path: tests/faults/media-server-answers.test.ts',
    fits: [/^media-server\.health\.refused/, /^path\.refused/, / on entry\.refused/, /askRefused/],
  },
  {
    why: 'Synthetic cameras tell of plugs by themselves, without udev: tests/hotplug takes these with mocked devices',
    fits: [/^discovery/],
  },
  {
    why: 'No act forgets a camera: tests/flows/disabled.test.ts does',
    fits: [/^camera\.forg/, / on camera\.forget/],
  },
  {
    why: 'A synthetic camera never becomes another one while it is plugged in: tests/hotplug and tests/lab have devices that do',
    fits: [/device\.changed/, /camera\.identified/, /^camera\.ready\.(doubting|unsteady|confirming)/],
  },
  {
    why: 'A probe of a synthetic camera fails only where its process is ended in that moment: tests/lab/busy.test.ts has devices that refuse',
    fits: [/^camera\.(probeBackoff|probing|faulted)/],
  },
  {
    why: 'Only cameras with H.264 of their own are examined, which half of the seeds have: tests/flows/ways.test.ts',
    fits: [/^stream\.examining/, /stream\.examined/, /^stream\.provisioning on always/],
  },
  {
    why: 'The folder of recordings is neither taken away nor filled bit by bit here: tests/faults/storage.test.ts',
    fits: [/^storage\.level/, /storage\.changed/],
  },
  {
    why: 'Work that breaks between two calls: a disk, a program or a process table that fails in this very instant',
    fits: [/ on xstate\.error\.actor\./],
  },
  {
    why: 'Something arrives within the few moments of a stop',
    fits: [/^(camera|stream)\.releasing/, /^service\.stopping/, / on media-server\.stop/],
  },
  {
    why: 'A limit that is longer than a round, or is reached only by what stands still for its whole length',
    fits: [/ on xstate\.after\./],
  },
  {
    why: 'A stream gives up only after more attempts than most rounds have time for: tests/flows/capture.test.ts',
    fits: [/^stream\.faulted/, / on stream\.faulted/],
  },
  {
    why: 'Few rounds order another try just where the camera itself is well: tests/flows/explain.test.ts does',
    fits: [/^camera\.ready(\.confirmed)? on camera\.retry$/],
  },
  {
    why: 'Two things meet within a few milliseconds, in an order that no act can bring about',
    fits: RACES.map(exactly),
  },
  {
    why: 'A special case of a transition that is taken, or one whose record looks like that of another one',
    fits: SPECIAL.map(exactly),
  },
];
