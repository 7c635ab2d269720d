import { text } from '../testing/contracts/stores/harness'
import { changelogTopicConfig, keyValueStore, sessionStore, versionedStore, windowStore } from './declaration'

const serdes = { key: text, value: text }

test('a declaration is frozen and says what it leaves unsaid', () => {
  const store = keyValueStore('orders', serdes)
  expect(store).toEqual({
    kind: 'key-value',
    name: 'orders',
    ...serdes,
    backend: 'persistent',
    changelog: true,
    changelogConfig: {},
    caching: false,
  })
  expect(Object.isFrozen(store)).toBe(true)
  expect(Object.isFrozen(store.changelogConfig)).toBe(true)
})

test.each(['', '.', '..', 'a/b', 'a b', 'ä', '.locks', 'x'.repeat(201)])('the name %j is refused', (name) => {
  expect(() => keyValueStore(name, serdes)).toThrow(expect.objectContaining({ code: 'TOPOLOGY_INVALID' }))
})

test.each([
  () => windowStore('w', { ...serdes, windowSizeMs: 10, retentionMs: 9 }),
  () => windowStore('w', { ...serdes, windowSizeMs: -1, retentionMs: 9 }),
  () => sessionStore('s', { ...serdes, retentionMs: Number.NaN }),
  () => versionedStore('v', { ...serdes, historyRetentionMs: 0.5 }),
])('a duration that is none is refused: %s', (declare) => {
  expect(declare).toThrow(expect.objectContaining({ code: 'TOPOLOGY_INVALID', message: expect.stringMatching(/Ms/) }))
})

test('changelog topics are configured as those of Kafka Streams, and as the declaration says over that', () => {
  const day = 86_400_000
  expect(changelogTopicConfig(keyValueStore('k', { ...serdes, changelogConfig: { 'segment.bytes': '1' } }))).toEqual({
    'cleanup.policy': 'compact',
    'segment.bytes': '1',
  })
  expect(changelogTopicConfig(windowStore('w', { ...serdes, windowSizeMs: 1, retentionMs: 5 }))).toEqual({
    'cleanup.policy': 'compact,delete',
    'retention.ms': String(day + 5),
  })
  expect(
    changelogTopicConfig(sessionStore('s', { ...serdes, retentionMs: 5, changelogConfig: { 'retention.ms': '7' } })),
  ).toEqual({
    'cleanup.policy': 'compact,delete',
    'retention.ms': '7',
  })
  expect(changelogTopicConfig(versionedStore('v', { ...serdes, historyRetentionMs: 5 }))).toEqual({
    'cleanup.policy': 'compact',
    'min.compaction.lag.ms': String(day + 5),
  })
})
