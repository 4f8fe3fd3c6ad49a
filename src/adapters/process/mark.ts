/**
 * The mark that every data-plane process carries in its environment: `<data id>/<role>/<owner>/<nonce>`.
 * It outlives this service and is what a later life finds its processes by.
 */
import { randomBytes } from 'node:crypto';
import { CameraError } from '../../machines/errors.ts';

/** Name of the environment variable. */
export const MARK_VARIABLE = 'CAMERA_SERVICE_MARK';

const WORD = /^[A-Za-z0-9._-]+$/;

export interface Mark {
  /** The data directory's own id: another service's processes bear another one. */
  readonly dataId: string;
  /** What it does: `capture`, `examine`, `media-server`. */
  readonly role: string;
  /** For whom: a camera's id, or the role again where there is one only. */
  readonly owner: string;
  /** One spawn. */
  readonly nonce: string;
}

/** @throws CameraError internal where a word could not be told from a separator */
export function formatMark(mark: Mark): string {
  const words = [mark.dataId, mark.role, mark.owner, mark.nonce];
  const bad = words.find((word) => !WORD.test(word));
  if (bad !== undefined) {
    throw new CameraError('internal', `A process mark may hold only letters, digits and . _ -, not "${bad}"`);
  }
  return words.join('/');
}

/** The mark of one more spawn. @throws CameraError as `formatMark` */
export function newMark(of: Omit<Mark, 'nonce'>): string {
  return formatMark({ ...of, nonce: newNonce() });
}

export function newNonce(): string {
  return randomBytes(6).toString('hex');
}

/** null for text that is no mark. */
export function parseMark(text: string): Mark | null {
  const words = text.split('/');
  const [dataId, role, owner, nonce] = words;
  if (words.length !== 4 || words.some((word) => !WORD.test(word))) return null;
  return { dataId: dataId!, role: role!, owner: owner!, nonce: nonce! };
}
