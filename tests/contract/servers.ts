/**
 * Which media servers the contract is tested with: the simulator always, a real MediaMTX wherever there is one.
 * A missing real one is said aloud, and is a failure with `REQUIRE_REAL_MEDIA_SERVER=1`.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type MediaServerKind,
  type MediaServerOptions,
  realMediaServer,
  startMediaServer,
  type TestMediaServer,
} from '../support/media-server.ts';

/** Runs the same tests once per server. */
export function describeMediaServers(title: string, tests: (kind: MediaServerKind) => void): void {
  describe(`simulator: ${title}`, () => tests('simulator'));
  if (realMediaServer() !== null) {
    describe(`mediamtx: ${title}`, () => tests('mediamtx'));
  } else if (process.env.REQUIRE_REAL_MEDIA_SERVER === '1') {
    test(`mediamtx: ${title}`, () => {
      expect.fail('REQUIRE_REAL_MEDIA_SERVER=1, but neither MEDIAMTX_BIN nor PATH has a MediaMTX');
    });
  } else {
    console.warn(`NOT TESTED with a real MediaMTX (set MEDIAMTX_BIN): ${title}`);
    test.skip(`mediamtx: ${title} (no real MediaMTX found; set MEDIAMTX_BIN)`, () => {});
  }
}

/** One server for all tests of a block. Read it inside tests: it is started before the first. */
export function sharedServer(
  kind: MediaServerKind,
  options: MediaServerOptions = {},
): { readonly server: TestMediaServer } {
  let server: TestMediaServer | undefined;
  beforeAll(async () => {
    server = await startMediaServer(kind, options);
  });
  afterAll(() => server?.dispose());
  return {
    get server() {
      if (server === undefined) throw new Error('the server was not started');
      return server;
    },
  };
}
