import type { ProcessorContext } from '../dsl/process'
import { stream } from '../dsl/stream'
import { failFast } from '../graph/policy'
import { topology } from '../graph/topology'
import { long, string } from '../serdes'
import { keyValueStore } from '../stores/declaration'
import { type TestDriver, testDriver } from '../testing/driver'
import { topic } from '../topics'

const input = topic('in', { key: string, value: long })
const output = topic('out', { key: string, value: long })
const other = topic('other', { key: string, value: long })
const sums = keyValueStore('sums', { key: string, value: long })

type Context = ProcessorContext<string, number, readonly [typeof sums]>

/** Runs a function per record as a processor with a store. */
function processing(run: (context: Context) => (value: number) => void): TestDriver {
  const processed = stream(input).process<string, number, readonly [typeof sums]>(
    (context) => {
      const each = run(context)
      return { process: ({ value }) => each(value) }
    },
    { stores: [sums] },
  )
  const driver = testDriver(topology('processing', [processed.to(output, { name: 'out' }), processed.to(other)]), {
    onError: failFast,
  })
  return driver
}
const record = (value: number) => ({ key: 'k', value, timestamp: 5, headers: [] })

describe('process', () => {
  test('forwards to all children, or to the one named', () => {
    const driver = processing((context) => (value) => {
      if (value < 0) context.forward(record(value), 'out')
      else context.forward(record(value))
    })
    driver.input(input).pipe('a', 1)
    driver.input(input).pipe('a', -1)
    expect(driver.output(output).readKeyValues()).toEqual([
      ['k', 1],
      ['k', -1],
    ])
    expect(driver.output(other).readKeyValues()).toEqual([['k', 1]])
  })

  test('names the children where the one asked for is none', () => {
    const driver = processing((context) => (value) => context.forward(record(value), 'nobody'))
    expect(() => driver.input(input).pipe('a', 1)).toThrow(
      'forward to unknown child nobody; the children are out, KSTREAM-SINK-0000000003',
    )
  })

  test('refuses a store that is not declared, where the compiler could not', () => {
    const undeclared = keyValueStore('undeclared', { key: string, value: long })
    const driver = processing((context) => () => void context.store(undeclared as never))
    expect(() => driver.input(input).pipe('a', 1)).toThrow('store undeclared is not declared by this processor')
  })

  test('knows where the record in hand stands, and nothing of it in a punctuation', () => {
    const seen: unknown[] = []
    const driver = processing((context) => {
      context.schedule(10, 'wall-clock', (now) => seen.push([now, context.recordMetadata()]))
      return () => seen.push([context.currentStreamTimeMs(), context.currentSystemTimeMs(), context.recordMetadata()])
    })
    driver.input(input).pipe('a', 1, { timestamp: 7 })
    driver.advanceWallClock(25)
    expect(seen).toEqual([
      [7, 0, { topic: 'in', partition: 0, offset: 0 }],
      [25, undefined],
    ])
  })

  test('a punctuation that is cancelled runs no more', () => {
    let runs = 0
    const driver = processing((context) => {
      const every = context.schedule(10, 'wall-clock', () => {
        runs += 1
        every.cancel()
      })
      return () => undefined
    })
    driver.advanceWallClock(10)
    driver.advanceWallClock(10)
    expect(runs).toBe(1)
  })

  test('a header added in place is seen by what comes after, not by what came before', () => {
    const records = stream(input)
    const marking = records.process((context: ProcessorContext<string, number>) => ({
      process: () => context.addHeader('seen', Buffer.from('yes')),
    }))
    const [before, after] = [
      topic('before', { key: string, value: long }),
      topic('after', { key: string, value: long }),
    ]
    const driver = testDriver(topology('marking', [records.to(before), marking.to(output), records.to(after)]))
    driver.input(input).pipe('a', 1, { headers: [{ key: 'first', value: null }] })
    const headersOf = (of: typeof output) =>
      driver
        .output(of)
        .readOne()
        .headers.map(({ key }) => key)
    expect(headersOf(before)).toEqual(['first'])
    expect(headersOf(after)).toEqual(['first', 'seen'])
  })

  test('a punctuation has no record to add a header to', () => {
    const driver = processing((context) => {
      context.schedule(10, 'wall-clock', () => context.addHeader('a', null))
      return () => undefined
    })
    expect(() => driver.advanceWallClock(10)).toThrow('no record in hand')
  })
})

describe('processValues', () => {
  test('keeps the key, and needs no repartition afterwards', () => {
    const doubled = stream(input).processValues<number>((context) => ({
      process: ({ key: _, ...rest }) => context.forward({ ...rest, value: rest.value * 2 }),
    }))
    const driver = testDriver(topology('doubling', [doubled.to(output)]))
    driver.input(input).pipe('a', 4, { timestamp: 3 })
    expect(driver.output(output).readOne()).toMatchObject({ key: 'a', value: 8, timestamp: 3 })
    expect(() => doubled.groupByKey()).not.toThrow()
    expect(() =>
      stream(input)
        .process(() => ({ process: () => undefined }))
        .groupByKey(),
    ).toThrow()
  })

  test('has no key to forward under in a punctuation', () => {
    const late = stream(input).processValues<number>((context) => {
      context.schedule(10, 'wall-clock', () => context.forward({ value: 1, timestamp: 1, headers: [] }))
      return { process: () => undefined }
    })
    const driver = testDriver(topology('late', [late.to(output)]))
    expect(() => driver.advanceWallClock(10)).toThrow('processValues has no key to forward under in a punctuation')
  })
})
