import { stream } from '../dsl/stream'
import { untilTimeLimit, untilWindowCloses } from '../dsl/suppress'
import { windowedStore } from '../dsl/windowed-store'
import { tumbling } from '../dsl/windows'
import { deadLetter } from '../graph/policy'
import { topology } from '../graph/topology'
import { long, nullable, string } from '../serdes'
import { timeWindowed } from '../serdes/windowed'
import { timestampedKeyValueStore } from '../stores/declaration'
import { testDriver } from '../testing/driver'
import { topic } from '../topics'

const clicks = topic('clicks', { key: string, value: long })
const second = tumbling({ seconds: 1 })
const finals = topic('finals', { key: timeWindowed(string, 1000), value: nullable(long) })
const grouped = stream(clicks).groupByKey()
const counted = timestampedKeyValueStore('counts', { key: string, value: long })
const counts = grouped.count(counted)

test('the task stops when more windows are held back than allowed, whatever the error policy says', () => {
  const limited = grouped
    .windowedBy(second)
    .count(windowedStore('seconds', second, { key: string, value: long }))
    .suppress(untilWindowCloses({ maxRecords: 1 }), { name: 'final' })
  const driver = testDriver(topology('limited', [limited.toStream().to(finals)]), { onError: deadLetter })
  driver.input(clicks).pipe('a', 1, { timestamp: 0 })
  expect(() => driver.input(clicks).pipe('b', 1, { timestamp: 1 })).toThrow(
    /holds back 2 keys in final, more than its maxRecords of 1/,
  )
})

test('whoever looks up a row that is held back finds what it was before', () => {
  const sums = grouped.reduce((sum, value) => sum + value, counted)
  const calm = sums.suppress(untilTimeLimit({ seconds: 1 }), { name: 'calm' })
  const seen = topic('seen', { key: string, value: string })
  const joined = stream(topic('asks', { key: string, value: string })).leftJoin(calm, (ask, sum) => `${ask}${sum}`)
  const asks = topic('asks', { key: string, value: string })
  const driver = testDriver(topology('calm', [joined.to(seen), calm.toStream().foreach(() => undefined)]))
  const ask = (timestamp: number) => {
    driver.input(asks).pipe('a', '?', { timestamp })
    return driver.output(seen).readOne().value
  }
  driver.input(clicks).pipe('a', 1, { timestamp: 0 })
  expect(ask(1)).toBe('?null')
  driver.input(clicks).pipe('b', 1, { timestamp: 1000 })
  expect(ask(1001)).toBe('?1')
  driver.input(clicks).pipe('a', 1, { timestamp: 1002 })
  driver.input(clicks).pipe('a', 1, { timestamp: 1003 })
  expect(ask(1004)).toBe('?1')
})

test('headers come out with the update they came in with', () => {
  const out = topic('out', { key: string, value: nullable(long) })
  const calm = counts.suppress(untilTimeLimit({ seconds: 1 }), { name: 'calm' })
  const driver = testDriver(topology('calm', [calm.toStream().to(out)]))
  const headers = [{ key: 'trace', value: Buffer.from('1') }]
  driver.input(clicks).pipe('a', 1, { timestamp: 0, headers })
  driver.restart()
  driver.input(clicks).pipe('b', 1, { timestamp: 1000 })
  expect(driver.output(out).read()).toMatchObject([{ key: 'a', value: 1, timestamp: 0, headers }])
})
