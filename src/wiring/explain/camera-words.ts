/** What each state of a camera means. Where it does not work, its trouble says why. */
import type { CameraView } from '../../api/door.ts';
import { type WordTable, words } from './words.ts';

export const CAMERA_WORDS: WordTable<CameraView> = {
  beginning: words('It was found just now.'),
  expected: words(
    'It is known from before; whether it is plugged in now is not known yet.',
    'the first list of devices tells whether it is there',
  ),
  settling: words('It was plugged in just now; its device nodes gather.'),
  probing: words('It is asked what it can do.', 'it answers'),
  probeBackoff: words(
    'It did not tell what it can do; it is asked again soon.',
    'retry_camera asks it at once',
  ),
  ready: words('It works.'),
  'ready.provisional': words('It works; what it can do was asked once.'),
  'ready.confirming': words('It works; what it can do is asked a second time.', 'it answers'),
  'ready.doubting': words(
    'It works; its last two answers to what it can do differ.',
    'it is asked once more',
  ),
  'ready.confirmed': words('It works.', 'a change of its device nodes has it asked again'),
  'ready.unsteady': words(
    'It works; its answers to what it can do differ each time, so only what all of them had is used.',
    'a change of its device nodes, or retry_camera, has it asked again',
  ),
  faulted: words(
    'It is plugged in and does not work.',
    'a re-plug, or retry_camera, has it asked again at once',
  ),
  disconnected: words(
    'It is not plugged in.',
    'a plug brings it back, as the same camera and with its settings',
  ),
  disabled: words('It is switched off by an operator.', 'enable_camera switches it on'),
  'disabled.present': words(
    'It is plugged in and switched off by an operator: nothing opens it.',
    'enable_camera switches it on',
  ),
  'disabled.absent': words(
    'It is switched off by an operator, and not plugged in.',
    'enable_camera switches it on; until then a plug changes nothing',
  ),
  forgetting: words('It is being forgotten: its stream ends first.', 'its number is free'),
  releasing: words('The service stops: its stream ends, its wishes stay.', 'its stream has ended'),
  released: words('The service has stopped with it.'),
  forgotten: words('It is forgotten.'),
};
