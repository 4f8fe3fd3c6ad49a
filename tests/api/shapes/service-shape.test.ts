import { expect, test } from 'vitest';
import {
  discoveryActive,
  isReady,
  mediaServerWord,
  overallWord,
} from '../../../src/api/shapes/service-shape.ts';
import { START_AT_MS, serviceView } from '../../support/fake-views.ts';

const at = (state: string) => ({ state, sinceAtMs: START_AT_MS });
const { mediaServer, discovery } = serviceView();

test.each([
  ['running', 'healthy', 'RUNNING'],
  ['running', 'failing', 'RUNNING'],
  ['running', 'unknown', 'STARTING'],
  ['running', 'tripped.open', 'ERROR'],
  ['running', 'tripped.halfOpen', 'ERROR'],
  ['running', 'refused', 'ERROR'],
  ['notStarted', 'unknown', 'STARTING'],
  ['adopting', 'unknown', 'STARTING'],
  ['launching.answering.asking', 'unknown', 'STARTING'],
  ['restartBackoff', 'tripped.open', 'STARTING'],
  ['ending', 'tripped.open', 'STOPPING'],
  ['stopping', 'healthy', 'STOPPING'],
  ['exited', 'healthy', 'STOPPED'],
  ['stopped', 'unknown', 'STOPPED'],
  ['external', 'healthy', 'RUNNING'],
  [null, 'healthy', 'RUNNING'],
  [null, 'refused', 'ERROR'],
])('a media server whose process is %s and whose health is %s is %s', (process, health, word) => {
  const view = { ...mediaServer, process: process === null ? null : at(process), health: at(health) };
  expect(mediaServerWord(view)).toBe(word);
});

test.each([
  ['sourcing.watching', true],
  ['sourcing.polling', true],
  ['sourcing.listing', true],
  ['sourcing.starting', false],
  ['retrying', false],
  ['notStarted', false],
])('discovery in %s is active: %s', (state, active) => {
  expect(discoveryActive(serviceView({ discovery: { ...discovery, state } }))).toBe(active);
});

test.each([
  ['ready', 'HEALTHY', true],
  ['partial', 'DEGRADED', true],
  ['starting.reaping', 'DEGRADED', false],
  ['stopping.cameras', 'UNHEALTHY', false],
  ['handingOver', 'UNHEALTHY', false],
])('a service in %s is %s, ready for calls: %s', (state, word, ready) => {
  expect(overallWord(serviceView({ state }))).toBe(word);
  expect(isReady(serviceView({ state }))).toBe(ready);
});
