import { createHook } from 'node:async_hooks'
import { stream } from '../dsl/stream'
import { table } from '../dsl/table'
import { windowedStore } from '../dsl/windowed-store'
import { tumbling } from '../dsl/windows'
import { failFast } from '../graph/policy'
import type { TimestampExtractor } from '../graph/specs/source'
import { topology } from '../graph/topology'
import type { SchemaRegistry } from '../registry/port'
import { avro, json, long, string } from '../serdes'
import { timeWindowed } from '../serdes/windowed'
import { keyValueStore, sessionStore, timestampedKeyValueStore, versionedStore } from '../stores/declaration'
import { topic } from '../topics'
import { type TestDriver, testDriver } from './driver'

const words = topic('words', { key: string, value: string })
const counted = topic('counted', { key: string, value: long })
const counts = timestampedKeyValueStore('counts', { key: string, value: long })
/** Counts words under their own keys: through a repartition topic. */
const wordCount = topology('word-count', [
  stream(words)
    .groupBy((word) => word, { name: 'by-word', key: string })
    .count(counts)
    .toStream()
    .to(counted),
])
const text = 'to be or not to be that is the question'.split(' ')

describe('the test driver', () => {
  test('reads each record once, whichever output reads it', () => {
    const driver = testDriver(wordCount)
    driver.input(words).pipe('hamlet', 'be')
    driver.input(words).pipe('hamlet', 'be', { timestamp: 7 })
    expect(driver.output(counted).readOne()).toMatchObject({ key: 'be', value: 1, timestamp: 0, partition: 0 })
    expect(driver.output(counted).readKeyValues()).toEqual([['be', 2]])
    expect(driver.output(counted).read()).toEqual([])
  })

  test('tells apart what was piped and what was produced', () => {
    const mid = topic('mid', { key: string, value: string })
    const out = topic('out', { key: string, value: string })
    const through = topology('through', [
      stream(words)
        .mapValues((word) => `${word}!`)
        .to(mid),
      stream(mid).to(out),
    ])
    const driver = testDriver(through)
    driver.input(mid).pipe('a', 'piped')
    driver.input(words).pipe('a', 'written')
    expect(driver.output(mid).readKeyValues()).toEqual([['a', 'written!']])
    expect(driver.output(out).readKeyValues()).toEqual([
      ['a', 'piped'],
      ['a', 'written!'],
    ])
  })

  test('sends keys to the partitions in which Kafka would have them, and stores with them', () => {
    const driver = testDriver(wordCount, { partitions: 4 })
    for (const word of text) driver.input(words).pipe('hamlet', word)
    for (const { key, partition } of driver.output(counted).read()) {
      expect(partition).toBe(driver.partitionOf(counted, key))
      expect(driver.store(counts, partition).get(key)).toBeDefined()
      expect(driver.store(counts, (partition + 1) % 4).get(key)).toBeUndefined()
    }
  })

  test('gives a topic partitions of its own', () => {
    const driver = testDriver(wordCount, { partitionsOf: { words: 2, counted: 8 } })
    expect(new Set(text.map((word) => driver.partitionOf(counted, word))).size).toBeGreaterThan(2)
    expect(() => driver.storeNamed('counts', 2)).toThrow('has no store counts in partition 2')
  })

  test.each([1, 4])('is deterministic to the byte on %i partitions', (partitions) => {
    const run = () => {
      const driver = testDriver(wordCount, { partitions })
      text.forEach((word, index) => {
        driver.input(words).pipe(`line ${index % 3}`, word, { timestamp: (index * 7919) % 100 })
      })
      driver.restart()
      for (const word of text) driver.input(words).pipe('again', word)
      const changelog = topic('word-count-counts-changelog', { key: string, value: long })
      return [counted, changelog].map((written) => driver.output(written).readBytes())
    }
    const [outputs, changelogs] = run()
    expect([outputs, changelogs]).toEqual(run())
    expect(outputs).toHaveLength(2 * text.length)
    expect(changelogs!.length).toBeGreaterThan(0)
  })

  test('leaves nothing to a later turn: what one turn pipes would pile up until then', () => {
    const driver = testDriver(wordCount)
    let promises = 0
    const hook = createHook({
      init: (_id, type) => {
        if (type === 'PROMISE') promises += 1
      },
    }).enable()
    void Promise.resolve()
    for (const word of text) driver.input(words).pipe('hamlet', word)
    hook.disable()
    expect(promises).toBe(1) // the one that shows that they are counted
  })

  test('says what is wrong with a name', () => {
    const driver = testDriver(wordCount)
    const stranger = topic('stranger', { key: string, value: string })
    expect(() => driver.input(stranger).pipe('a', 'b')).toThrow(
      'topology word-count does not read topic stranger; it reads words, word-count-by-word-repartition',
    )
    expect(() => driver.output(stranger)).toThrow(
      'topology word-count does not write topic stranger; it writes counted,',
    )
    expect(() => driver.storeNamed('stranger')).toThrow(
      'topology word-count has no store stranger; its stores are counts',
    )
  })

  test('a missing record is explained by all there is', () => {
    const driver = testDriver(wordCount)
    expect(() => driver.output(counted).readOne()).toThrow('nothing has been piped or produced')
    driver.input(words).pipe('hamlet', 'be', { timestamp: 3, headers: [{ key: 'trace', value: Buffer.from('x') }] })
    driver.output(counted).readOne()
    expect(() => driver.output(counted).readOne()).toThrow(
      [
        'topic counted has no further record. All so far:',
        'words: 1 record',
        "  0@0 'hamlet' = 'be' @ 3 {trace: \"x\"} (piped)",
        'word-count-by-word-repartition: 1 record',
        "  0@0 'be' = 'be' @ 3 {trace: \"x\"}",
        'counted: 1 record',
        '  0@0 \'be\' = 1 @ 3 {trace: "x"}',
        'word-count-counts-changelog: 1 record',
      ].join('\n'),
    )
  })

  test('describes what its serdes cannot read, and the latest of many', () => {
    const numbers = topic('numbers', { key: string, value: long })
    const driver = testDriver(topology('copy', [stream(numbers).to(counted)]))
    driver.input(numbers).pipeBytes(null, Buffer.from('no number'))
    for (let index = 0; index < 25; index += 1) driver.input(numbers).pipe('n', index)
    const described = driver.describe()
    expect(described).toContain('numbers: 26 records\n  … 6 earlier\n')
    expect(described).toContain("  0@25 'n' = 24 @ 0 (piped)")
    expect(described).toContain('numbers-dlq: 1 record\n  0@0 null = "no number"')
  })

  test('collects failures, and counts what is dropped', () => {
    const numbers = topic('numbers', { key: string, value: long })
    const invalid = stream(numbers).mapValues((value) => {
      if (value === 13) throw new Error('unlucky')
      return value
    })
    const driver = testDriver(topology('careful', [invalid.to(counted)]))
    driver.input(numbers).pipe('a', 13)
    driver.input(numbers).pipe('a', 14)
    expect(driver.failures).toMatchObject([
      { stage: 'processing', action: 'dead-letter', topic: 'numbers', offset: 0, error: { message: 'unlucky' } },
    ])
    expect(driver.deadLetters(numbers).readOne().key).toEqual(Buffer.from('a'))
    expect(driver.output(counted).readKeyValues()).toEqual([['a', 14]])

    const rows = testDriver(topology('rows', [table(words).toStream().to(words)]))
    rows.input(words).pipe(null, 'no key', { timestamp: 1 })
    expect([...rows.dropped.values()]).toEqual([1])
  })

  test('throws what stops a task', () => {
    const strict = testDriver(wordCount, { onError: failFast })
    expect(() => strict.input(words).pipeBytes(null, Buffer.of(0xff))).toThrow('words')
  })

  test('refuses a registry that answers by promise', () => {
    const slow: SchemaRegistry = {
      register: async () => 1,
      schemaById: async () => ({ id: 1, type: 'AVRO', schema: '"string"' }),
    }
    const names = topic('names', { key: string, value: avro<string>('"string"') })
    const copy = topology('copy', [stream(names).to(names)])
    expect(() => testDriver(copy, { registry: slow })).toThrow('give it inMemoryRegistry(), or none')
  })
})

describe('restart', () => {
  const input = topic('in', { key: string, value: long })
  const output = topic('out', { key: string, value: json<unknown>() })
  const plain = keyValueStore('plain', { key: string, value: long })
  const local = keyValueStore('local', { key: string, value: long, changelog: false })
  const sessions = sessionStore('sessions', { key: string, value: long, retentionMs: 10_000 })
  const versions = versionedStore('versions', { key: string, value: long, historyRetentionMs: 10_000 })
  const everyStore = topology('every-store', [
    stream(input)
      .process<string, unknown, readonly [typeof plain, typeof local, typeof sessions, typeof versions]>(
        (context) => ({
          process: ({ key, value, timestamp }) => {
            context.store(plain).put(key, value)
            context.store(local).put(key, value)
            context.store(sessions).put({ key, window: { start: timestamp - 5, end: timestamp } }, value)
            context.store(versions).put(key, value, timestamp)
          },
        }),
        { stores: [plain, local, sessions, versions] },
      )
      .to(output),
  ])
  const content = (driver: TestDriver, partition: number) => ({
    plain: [...driver.store(plain, partition).all()],
    sessions: [...driver.store(sessions, partition).all()],
    versions: [...driver.store(versions, partition).all()],
    history: ['a', 'b', 'c', 'd'].map((key) => driver.store(versions, partition).get(key, 105)),
  })

  test('brings every kind of store back from its changelog, in every partition', () => {
    const driver = testDriver(everyStore, { partitions: 3 })
    const keys = ['a', 'b', 'c', 'd']
    keys.forEach((key, index) => {
      driver.input(input).pipe(key, index, { timestamp: 100 + index })
      driver.input(input).pipe(key, 10 + index, { timestamp: 110 + index })
    })
    driver.input(input).pipe('d', 99, { timestamp: 120 })
    const before = [0, 1, 2].map((partition) => content(driver, partition))
    driver.restart()
    expect([0, 1, 2].map((partition) => content(driver, partition))).toEqual(before)
    expect(before.flatMap((one) => one.plain)).toHaveLength(4)
    expect(before.flatMap((one) => one.sessions)).toHaveLength(9)
    expect([0, 1, 2].flatMap((partition) => [...driver.store(local, partition).all()])).toEqual([])
  })

  test('windows go on where they were, and nothing is processed twice', () => {
    const minute = tumbling({ minutes: 1 })
    const perMinute = windowedStore('per-minute', minute, { key: string, value: long })
    const out = topic('out', { key: timeWindowed(string, 60_000), value: long })
    const counting = topology('counting', [
      stream(input).groupByKey().windowedBy(minute).count(perMinute).toStream().to(out),
    ])
    const driver = testDriver(counting)
    driver.input(input).pipe('a', 1, { timestamp: 1 })
    driver.input(input).pipe('a', 1, { timestamp: 2 })
    driver.restart()
    driver.input(input).pipe('a', 1, { timestamp: 3 })
    expect(
      driver
        .output(out)
        .read()
        .map(({ value }) => value),
    ).toEqual([1, 2, 3])
  })

  test('keeps what was committed for an input that nothing came into since', () => {
    const other = topic('other', { key: string, value: long })
    const both = topology('both', [stream(input).merge(stream(other)).to(output)])
    const driver = testDriver(both)
    driver.input(input).pipe('a', 1)
    driver.input(other).pipe('a', 2)
    driver.restart()
    driver.input(input).pipe('a', 3)
    driver.restart()
    expect(driver.output(output).readKeyValues()).toEqual([
      ['a', 1],
      ['a', 2],
      ['a', 3],
    ])
  })

  test('goes on with the time of each input, which is committed beside its offset', () => {
    const times: number[] = []
    const timestampExtractor: TimestampExtractor = ({ timestamp }, partitionTime) => {
      times.push(partitionTime)
      return timestamp
    }
    const driver = testDriver(topology('timed', [stream(input, { timestampExtractor }).to(output)]))
    driver.input(input).pipe('a', 1, { timestamp: 50 })
    driver.restart()
    driver.input(input).pipe('a', 2, { timestamp: 60 })
    expect(times).toEqual([-1, 50])
  })

  test('a call that had not come back is made again', async () => {
    let calls = 0
    const calling = topology('calling', [
      stream(input)
        .mapAsync('call', async (value) => {
          calls += 1
          return value
        })
        .to(topic('out', { key: string, value: long })),
    ])
    const driver = testDriver(calling)
    driver.input(input).pipe('a', 1)
    driver.restart()
    await driver.settle()
    expect(calls).toBe(2)
    expect(driver.output(topic('out', { key: string, value: long })).readKeyValues()).toEqual([['a', 1]])
  })
})
