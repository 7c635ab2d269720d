import fc from 'fast-check'
import { windowedStore } from '../../dsl/windowed-store'
import { sliding } from '../../dsl/windows'
import { string } from '../../serdes'
import { timeWindowed } from '../../serdes/windowed'
import { slidingModel, type WindowResult } from './models/windows'
import { numRuns, steps } from './steps'
import { append, empty, runWindowed } from './windowed'

describe('sliding windows', () => {
  const cases = fc.record({
    all: steps({ strideMs: 150, maxLength: 20 }),
    differenceMs: fc.constantFrom(0, 1, 200, 700),
  })
  const latest = (results: readonly WindowResult[]) => {
    const rows = new Map<string, WindowResult>()
    for (const result of results) rows.set(`${result.start} ${result.key}`, result)
    return [...rows.values()].sort((a, b) => a.start - b.start || (a.key < b.key ? -1 : 1))
  }

  test('hold exactly the records within the difference, in whatever order they come', () => {
    fc.assert(
      fc.property(cases, ({ all, differenceMs }) => {
        const windows = sliding({ ms: differenceMs, grace: { days: 1 } })
        const store = windowedStore('counts', windows, { key: string, value: string })
        const updates = runWindowed(all, timeWindowed(string, differenceMs), (grouped) =>
          grouped.windowedBy(windows).aggregate(
            () => '0',
            (count) => String(Number(count) + 1),
            store,
          ),
        )
        expect(latest(updates.flat())).toEqual(latest(slidingModel(all, { differenceMs })))
      }),
      { numRuns },
    )
  })

  test('take no record that is late for all of them', () => {
    fc.assert(
      fc.property(cases, fc.constantFrom(0, 100, 500), ({ all, differenceMs }, graceMs) => {
        const windows = sliding({ ms: differenceMs, grace: { ms: graceMs } })
        const store = windowedStore('counts', windows, { key: string, value: string })
        const updates = runWindowed(all, timeWindowed(string, differenceMs), (grouped) =>
          grouped.windowedBy(windows).aggregate(empty, append, store),
        )
        let streamTime = -1
        all.forEach(({ key, value, timestamp }, at) => {
          if (key === null || value === null) {
            expect(updates[at]).toEqual([])
            return
          }
          streamTime = Math.max(streamTime, timestamp)
          const closeTime = streamTime - graceMs
          for (const { end } of updates[at]!) expect(end).toBeGreaterThanOrEqual(closeTime)
          if (timestamp + differenceMs < closeTime) expect(updates[at]).toEqual([])
          else if (timestamp >= closeTime) expect(updates[at]).not.toEqual([])
        })
      }),
      { numRuns },
    )
  })
})
