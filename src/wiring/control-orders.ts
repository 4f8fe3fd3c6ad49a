/**
 * Orders about a camera's controls: one event to the controls' actor, which takes them one after the other; the answer
 * is what it wrote down for this order. What may be asked is its rules' business.
 */
import { randomBytes } from 'node:crypto';
import type { ActorRefFrom } from 'xstate';
import type { AskedValue, ControlsView, ControlView } from '../api/control-view.ts';
import type { CameraView } from '../api/door.ts';
import { switchOf } from '../machines/control-rules.ts';
import type { controlsMachine } from '../machines/controls.ts';
import type { ControlAnswer, ControlOrder } from '../machines/controls-setup.ts';
import { CameraError, type Trouble } from '../machines/errors.ts';
import { storyPath } from '../machines/state-path.ts';
import type { CameraId } from '../machines/values.ts';
import type { Actors } from './actors.ts';
import { requirePresent } from './allowed.ts';
import { answerOf } from './answer.ts';

export type ControlsRef = ActorRefFrom<typeof controlsMachine>;

interface ControlDesk {
  readonly actors: Actors;
  /** Resolves once all that was wished so far survives a crash. @throws CameraError storage */
  wishesSaved(): Promise<void>;
}

/** The controls among a camera's children; they live as long as the camera. */
export function controlsOf(camera: { getSnapshot(): { children: object } }): ControlsRef | undefined {
  return (camera.getSnapshot().children as Record<string, unknown>).controls as ControlsRef | undefined;
}

export function controlsView(camera: { getSnapshot(): { children: object } }): ControlsView {
  const snapshot = controlsOf(camera)?.getSnapshot();
  if (snapshot === undefined) return { state: 'absent', kept: [], drifted: [], trouble: null };
  const { wishes, drifted, trouble } = snapshot.context;
  return { state: storyPath(snapshot.value), kept: wishes, drifted, trouble };
}

/** As the camera tells them now. @throws CameraError not-found | wrong-state | device-gone | as the camera fails */
export async function listControls(desk: ControlDesk, cameraId: CameraId): Promise<readonly ControlView[]> {
  const { ref } = await carryOut(desk, cameraId, { kind: 'list' }, null);
  return views(ref);
}

/**
 * Resolves when the camera was seen to take it, and the wish is on disk. @param asked null: its default
 * @returns null where only a wish for a control that this camera does not have was taken back
 * @throws CameraError not-found | bad-params | wrong-state | device-gone | as the camera fails
 */
export async function setControl(
  desk: ControlDesk,
  cameraId: CameraId,
  name: string,
  asked: AskedValue | null,
): Promise<ControlView | null> {
  const order = asked === null ? { kind: 'reset' as const, name } : { kind: 'set' as const, name, asked };
  const { ref, answer } = await carryOut(desk, cameraId, order, name);
  await desk.wishesSaved();
  const view = views(ref).find((control) => control.name === name);
  return view === undefined ? null : { ...view, value: answer.value };
}

type Wanted = ControlOrder extends infer O ? (O extends ControlOrder ? Omit<O, 'id'> : never) : never;

async function carryOut(
  { actors }: ControlDesk,
  cameraId: CameraId,
  wanted: Wanted,
  name: string | null,
): Promise<{ readonly ref: ControlsRef; readonly answer: ControlAnswer }> {
  const { camera } = actors.require(cameraId);
  requirePresent(camera);
  const ref = controlsOf(actors.camera(cameraId)!);
  const id = randomBytes(4).toString('hex');
  const event = { type: 'controls.order' as const, order: { id, ...wanted } as ControlOrder };
  if (ref === undefined || !ref.getSnapshot().can(event)) throw notTaken(camera);
  ref.send(event);
  const answers = (now: ReturnType<ControlsRef['getSnapshot']>) =>
    now.context.answers.find((answer) => answer.id === id);
  const answer = answers(await answerOf(ref, (now) => answers(now) !== undefined))!;
  if (answer.trouble !== null) throw refusal(answer.trouble, name);
  return { ref, answer };
}

function notTaken({ device, state }: CameraView): CameraError {
  return new CameraError('wrong-state', `${device} takes no orders about its controls now.`, {
    reason: 'controls_not_ready',
    suggestion: 'Call again in a moment.',
    facts: { state, retry_after_ms: 1000 },
  });
}

function refusal({ code, reason, message }: Trouble, name: string | null): CameraError {
  const facts =
    code === 'not-found'
      ? { resource: 'control', id: name }
      : code === 'bad-params'
        ? { param: 'value', rule: 'range' }
        : {};
  const suggestion = 'Call get_camera_controls for what the camera takes now.';
  return new CameraError(code, message, { reason, facts, ...(name === null ? {} : { suggestion }) });
}

function views(ref: ControlsRef): readonly ControlView[] {
  const { controls, wishes } = ref.getSnapshot().context;
  return controls.map((control) => ({
    ...control,
    wanted: wishes.find(({ name }) => name === control.name)?.value ?? null,
    decidedBy: control.flags.includes('inactive') ? (switchOf(control, controls)?.name ?? null) : null,
  }));
}
