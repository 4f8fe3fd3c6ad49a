/**
 * What the synthetic cameras' control socket speaks: one JSON object a line, requests and answers matched by `id`,
 * events without one. Types and names only: the simulator imports this file, and nothing of the simulator is
 * imported by an adapter.
 */
import type { SyntheticFault } from '../../machines/ports.ts';
import type { Capabilities, Control, ControlValue, DeviceChange, DeviceNode } from '../../machines/values.ts';

/** File name of the control socket inside the cameras' folder. */
export const CONTROL_SOCKET = 'control.sock';

/** One picture size and rate that a camera offers. */
export interface CameraMode {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rateFps: number;
}

/** Where and as what a camera is plugged in; what is left out stays as it was. */
export interface PlugOptions {
  /** Node number: the N of `/synthetic/N`, as the kernel numbers /dev/videoN. */
  readonly index?: number;
  /** Port on the bus; udev's ID_PATH. */
  readonly port?: string;
  readonly serial?: string;
}

/** What a camera is doing, for tests and demonstrations. */
export interface CameraReport {
  /** The camera's own number; it stays with the camera, whatever node it gets. */
  readonly camera: number;
  /** null: unplugged. */
  readonly node: DeviceNode | null;
  readonly frozen: boolean;
  readonly muted: boolean;
  readonly opened: boolean;
  /** Pictures made so far; the counter in the barcode. */
  readonly frames: number;
  /** Pictures a slow reader did not get. */
  readonly dropped: number;
}

/**
 * Method → parameters and result. `target` is a stream socket's path (the present or the last one) or the camera's
 * number as text. `watch` answers once and then sends a `ControlEvent` for each plug and unplug on that connection.
 */
export interface ControlMethods {
  list: { params: Record<string, never>; result: { nodes: readonly DeviceNode[] } };
  watch: { params: Record<string, never>; result: { nodes: readonly DeviceNode[] } };
  report: { params: Record<string, never>; result: { cameras: readonly CameraReport[] } };
  /** A muted camera does not answer until it is unmuted. */
  probe: { params: { target: string }; result: Capabilities };
  /** Its controls and their values; a muted camera does not answer. */
  controls: { params: { target: string }; result: { controls: readonly Control[] } };
  /** wrong-state: the camera does not take it. A muted camera does not answer. */
  setControl: {
    params: { target: string; name: string; value: ControlValue };
    result: Record<string, never>;
  };
  /** The camera moves a control by itself; `stuck`: and does not let it be moved back. */
  turnControl: {
    params: { target: string; name: string; value: ControlValue; stuck: boolean };
    result: Record<string, never>;
  };
  inject: {
    params: { target: string; fault: SyntheticFault; as?: PlugOptions };
    result: Record<string, never>;
  };
}

export type ControlMethod = keyof ControlMethods;

export interface ControlRequest {
  readonly id: number;
  readonly method: string;
  readonly params?: unknown;
}

export type ControlFailureCode = 'bad-params' | 'not-found' | 'wrong-state';

export type ControlAnswer =
  | { readonly id: number; readonly result: unknown }
  | {
      readonly id: number | null;
      readonly error: { readonly code: ControlFailureCode; readonly message: string };
    };

export interface ControlEvent {
  readonly event: DeviceChange;
}
