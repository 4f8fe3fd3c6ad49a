/**
 * How a camera may be captured: every way that its capabilities and the wish allow, best first, each with its reasons
 * and its cost, and what was left out with why. Pure; the stream goes down this ladder when a plan fails.
 */
import type { ErrorCode } from './errors.ts';
import { whyNotCopied } from './plan-copy.ts';
import { busMbps, costPercent } from './plan-cost.ts';
import { type Mode, modesOf, type PictureWish } from './plan-modes.ts';
import { compare, DECODED, RAW } from './plan-rank.ts';
import type {
  Capabilities,
  CapturePlan,
  EncodingProfile,
  ExaminedH264,
  HardwareEncoder,
  PixelFormat,
} from './values.ts';

export interface PlanWish extends PictureWish {
  readonly profile: EncodingProfile;
  /** What is encoded is made to fit level 3.0. */
  readonly strict: boolean;
  /** A tapped picture has to come in this time, or the stream is in doubt. */
  readonly tapLimitMs: number;
}

/** Whose plan it is. */
export type PlanSubject = Pick<CapturePlan, 'cameraId' | 'cameraName' | 'origin'>;

export interface PlanKnowledge {
  readonly hardwareEncoders: readonly HardwareEncoder[];
  /** What was learnt of cameras that were known by this one's identity. */
  readonly examined: readonly ExaminedH264[];
}

/** One way to capture the camera. */
export interface PlanRung {
  readonly plan: CapturePlan;
  /** Sentences without a full stop, for people. */
  readonly reasons: readonly string[];
  readonly costPercent: number;
  readonly busMbps: number;
  /** Its own H.264 has to be looked at before it may be copied. */
  readonly toExamine: boolean;
}

export interface PlanLadder {
  /** Best first. */
  readonly rungs: readonly PlanRung[];
  readonly rejected: readonly { readonly what: string; readonly why: string }[];
}

/** More would never be reached in practice. */
const LONGEST_LADDER = 24;

const NO_PARAMETERS = 'its H.264 came without parameter sets, so nobody could start to decode it';

type Rejected = PlanLadder['rejected'][number];

/** @returns no rungs when nothing of the camera is usable; `rejected` then says why */
export function planLadder(
  subject: PlanSubject,
  capabilities: Capabilities,
  wish: PlanWish,
  knowledge: PlanKnowledge,
): PlanLadder {
  const rejected: Rejected[] = [];
  const known = { ...knowledge, card: capabilities.card };
  const rungs = capabilities.formats.flatMap((format) => {
    const why = whyUnusable(format, wish.profile);
    if (why !== null) {
      rejected.push({ what: format.fourcc, why });
      return [];
    }
    return modesOf(format, wish).flatMap((mode) => rungsOf(subject, mode, wish, known, rejected));
  });
  const sorted = withoutDoubles(rungs).toSorted((a, b) => compare(a.plan, b.plan, wish));
  const decodable = sorted.filter(({ reasons }) => !reasons.includes(NO_PARAMETERS));
  return { rungs: shortened(decodable.length > 0 ? decodable : sorted), rejected };
}

function whyUnusable({ fourcc }: PixelFormat, profile: EncodingProfile): string | null {
  if (fourcc === 'H264') return null;
  if (![...DECODED, ...RAW].includes(fourcc)) return 'ffmpeg cannot capture this format';
  return profile === 'copy' ? 'the encoding profile copy takes H.264 alone' : null;
}

function rungsOf(
  subject: PlanSubject,
  mode: Mode,
  wish: PlanWish,
  knowledge: PlanKnowledge & Pick<Capabilities, 'card'>,
  rejected: Rejected[],
): PlanRung[] {
  const rung = (
    fields: Pick<CapturePlan, 'encoder' | 'encoderDevicePath' | 'tapFrom'>,
    reasons: string[],
    toExamine = false,
  ) => {
    const { format, widthPx, heightPx, rateFps } = mode;
    const { devicePath, fourcc } = format;
    const plan: CapturePlan = { ...subject, devicePath, fourcc, widthPx, heightPx, rateFps, ...fields };
    return {
      plan,
      reasons: [...reasons, ...pictureReasons(mode, wish)],
      costPercent: costPercent(plan, wish.strict),
      busMbps: busMbps(plan),
      toExamine,
    };
  };
  // What its driver makes of profile and level nobody knows: not where they are promised.
  const trusted = knowledge.hardwareEncoders.filter(({ name }) => !wish.strict || name !== 'h264_v4l2m2m');
  const encoded = (why: string) => [
    ...trusted.map(({ name, devicePath }) =>
      rung({ encoder: name, encoderDevicePath: devicePath, tapFrom: 'all' }, [why, `encoded by ${name}`]),
    ),
    rung({ encoder: 'libx264', encoderDevicePath: null, tapFrom: 'all' }, [
      why,
      'encoded in software (libx264)',
    ]),
  ];
  const { fourcc } = mode.format;
  if (DECODED.includes(fourcc)) return encoded('its JPEG pictures are decoded');
  if (fourcc !== 'H264') return encoded('it gives plain pictures');
  const copy = (tapFrom: CapturePlan['tapFrom'], reasons: string[], toExamine = false) =>
    rung({ encoder: 'copy', encoderDevicePath: null, tapFrom }, reasons, toExamine);
  const seen = knowledge.examined.find((one) => one.card === knowledge.card && sameMode(one, mode));
  if (seen === undefined)
    return [
      copy('keyframes', ['it gives H.264 itself', 'which is looked at once before it is copied'], true),
    ];
  const what = `H264 ${mode.widthPx}x${mode.heightPx} at ${mode.rateFps}`;
  if (seen.stream === null) {
    rejected.push({ what, why: NO_PARAMETERS });
    return [copy('keyframes', [NO_PARAMETERS, 'it is looked at again, since there is nothing else'], true)];
  }
  const why = whyNotCopied(seen.stream, wish.profile);
  if (why !== null) {
    rejected.push({ what: `${what}, copied`, why: `its H.264 ${why}` });
    return encoded(`its H.264 is encoded anew, since it ${why}`);
  }
  const { keyframeIntervalMs } = seen.stream;
  // Two tapped pictures within the limit, so that one late keyframe raises no doubt.
  const often = keyframeIntervalMs !== null && keyframeIntervalMs * 2 <= wish.tapLimitMs;
  return [
    often
      ? copy('keyframes', ['its own H.264 is copied', 'only keyframes are decoded, for snapshots'])
      : copy('all', [
          'its own H.264 is copied',
          'its keyframes are too rare for snapshots, so all of it is decoded',
        ]),
  ];
}

const sameMode = (one: PictureWish, other: PictureWish) =>
  one.widthPx === other.widthPx && one.heightPx === other.heightPx && one.rateFps === other.rateFps;

function pictureReasons({ widthPx, heightPx, rateFps }: Mode, wish: PlanWish): string[] {
  const reasons: string[] = [];
  if (widthPx !== wish.widthPx || heightPx !== wish.heightPx)
    reasons.push(`${widthPx}x${heightPx} stands for the wished ${wish.widthPx}x${wish.heightPx}`);
  if (Math.abs(rateFps - wish.rateFps) > 0.05)
    reasons.push(`${rateFps} frames a second stand for the wished ${wish.rateFps}`);
  return reasons;
}

/** Some drivers list a size or a format twice: the first is kept. */
function withoutDoubles(rungs: readonly PlanRung[]): readonly PlanRung[] {
  const firsts = new Map<string, PlanRung>();
  for (const rung of rungs) if (!firsts.has(keyOf(rung.plan))) firsts.set(keyOf(rung.plan), rung);
  return [...firsts.values()];
}

/** The best ones, and last the one that asks least of the bus, whatever it looks like. */
function shortened(rungs: readonly PlanRung[]): readonly PlanRung[] {
  if (rungs.length <= LONGEST_LADDER) return rungs;
  const first = rungs.slice(0, LONGEST_LADDER - 1);
  const least = rungs.slice(LONGEST_LADDER - 1).toSorted((a, b) => a.busMbps - b.busMbps)[0]!;
  return [...first, least];
}

/** The same way to capture the same camera; what it is called does not matter. */
export const samePlan = (one: CapturePlan, other: CapturePlan): boolean => keyOf(one) === keyOf(other);

const keyOf = (plan: CapturePlan): string =>
  [
    ...[plan.cameraId, plan.origin, plan.devicePath, plan.fourcc, plan.widthPx, plan.heightPx, plan.rateFps],
    ...[plan.encoder, plan.encoderDevicePath, plan.tapFrom],
  ].join('\n');

type Cure = (failed: PlanRung, next: PlanRung) => boolean;

const anotherWay: Cure = (failed, next) =>
  next.plan.fourcc !== failed.plan.fourcc || next.plan.encoder !== failed.plan.encoder;

/** Failures that another plan may cure; the others would meet it just so. */
const CURES: Partial<Record<ErrorCode, Cure>> = {
  'no-bandwidth': (failed, next) => next.busMbps < failed.busMbps,
  'invalid-format': () => true,
  'decoder-errors': (failed, next) => next.plan.fourcc !== failed.plan.fourcc,
  'encoder-failed': (failed, next) => next.plan.encoder !== failed.plan.encoder,
};
/** Every format of the camera would meet these. */
const OF_THE_CAMERA: readonly ErrorCode[] = ['device-gone', 'device-busy', 'no-permission'];
/** These say little: only when a way failed so again and again, another one is tried. */
const VAGUE: readonly ErrorCode[] = ['capture-failed', 'deadline', 'device-failing'];

function cureOf(failed: PlanRung, code: ErrorCode, worn: boolean): Cure | undefined {
  if (CURES[code] !== undefined) return CURES[code];
  // What cannot even be looked at must not stand in the way of what works.
  if (failed.toExamine && !OF_THE_CAMERA.includes(code)) return (_, next) => next.plan.fourcc !== 'H264';
  return worn && VAGUE.includes(code) ? anotherWay : undefined;
}

/**
 * The next rung that may work where this one failed so; null: none, or no plan is at fault.
 * @param worn all attempts with this one have failed
 */
export function nextRung(
  ladder: PlanLadder,
  failed: CapturePlan,
  failedBefore: readonly CapturePlan[],
  code: ErrorCode,
  worn = false,
): PlanRung | null {
  const at = ladder.rungs.findIndex(({ plan }) => samePlan(plan, failed));
  const cures = at < 0 ? undefined : cureOf(ladder.rungs[at]!, code, worn);
  if (cures === undefined) return null;
  const untried = ladder.rungs
    .slice(at + 1)
    .filter(({ plan }) => !failedBefore.some((one) => samePlan(one, plan)));
  return untried.find((rung) => cures(ladder.rungs[at]!, rung)) ?? null;
}
