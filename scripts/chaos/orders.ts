/** Orders as clients give them: sent without waiting, and every answer has to be a result or an error with its reason. */
import { ServiceError } from '../../src/cli/client.ts';
import type { Diary } from './diary.ts';
import type { House } from './house.ts';

/** Of JSON-RPC: then a step does nothing, in every round. */
const INVALID_PARAMS = -32602;

export class Orders {
  readonly #house: House;
  readonly #diary: Diary;
  readonly #open = new Set<Promise<unknown>>();
  /** How many were answered with a result, refused in words, or lost with a life of the service. */
  readonly tally = { done: 0, refused: 0, lost: 0 };

  constructor(house: House, diary: Diary) {
    this.#house = house;
    this.#diary = diary;
  }

  /** Resolves with the result, or null. Nobody has to wait for it. */
  send<T = Record<string, unknown>>(method: string, params: object = {}): Promise<T | null> {
    const house = this.#house;
    if (!house.isUp) return Promise.resolve(null);
    const { life } = house;
    const answered = house.service.call<T>(method, params).then(
      (result) => {
        this.tally.done += 1;
        return result;
      },
      (error: unknown) => {
        if (error instanceof ServiceError) this.#weigh(method, error);
        else if (house.life === life)
          house.judge.condemn('Every call is answered', `${method} ${JSON.stringify(params)}: ${error}`);
        else this.tally.lost += 1;
        return null;
      },
    );
    this.#open.add(answered);
    void answered.then(() => this.#open.delete(answered));
    return answered;
  }

  async startRecording(camera: string, format: string, durationS: number | null): Promise<string | null> {
    const orderedAtMs = Date.now();
    const wish = { device: camera, format, ...(durationS === null ? {} : { duration: durationS }) };
    const session = await this.send<{ session_id: string }>('start_recording', wish);
    if (session === null) return null;
    this.#diary.accepted.push({ session: session.session_id, camera, durationS, orderedAtMs });
    return session.session_id;
  }

  stopRecording(camera: string): Promise<unknown> {
    this.#diary.stopped(camera);
    return this.send('stop_recording', { device: camera });
  }

  /** Until all are answered. */
  async settled(): Promise<void> {
    await Promise.all(this.#open);
  }

  #weigh(method: string, { code, data, message }: ServiceError): void {
    this.tally.refused += 1;
    if (code === INVALID_PARAMS)
      this.#house.judge.condemn('Chaos itself asks rightly', `${method}: ${JSON.stringify(data)}`);
    const words = [data.reason, data.details, data.suggestion];
    const isTold = words.every((word) => typeof word === 'string' && word !== '');
    if (code === -32603 || !isTold)
      this.#house.judge.condemn(
        'Every refusal has a code, a reason, a sentence and a suggestion',
        `${method} was answered with ${code} ${message} ${JSON.stringify(data)}`,
      );
  }
}
