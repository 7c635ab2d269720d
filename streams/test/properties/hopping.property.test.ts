import fc from 'fast-check'
import { untilWindowCloses } from '../../dsl/suppress'
import { windowedStore } from '../../dsl/windowed-store'
import { hopping, onWindowClose } from '../../dsl/windows'
import { string } from '../../serdes'
import { timeWindowed } from '../../serdes/windowed'
import { hoppingModel } from './models/windows'
import { numRuns, steps } from './steps'
import { append, empty, ofDay, runWindowed } from './windowed'

const hoppingShape = fc.record({
  sizeMs: fc.constantFrom(1, 400, 1000),
  advances: fc.constantFrom(1, 2, 3),
  graceMs: fc.constantFrom(0, 1, 300, 2000),
})

describe('hopping and tumbling windows', () => {
  const cases = fc.tuple(steps({ strideMs: 250 }), hoppingShape).map(([all, { sizeMs, advances, graceMs }]) => {
    const advanceMs = Math.ceil(sizeMs / advances)
    const windows = hopping({ ms: sizeMs, advance: { ms: advanceMs }, grace: { ms: graceMs } })
    return { all, windows, model: hoppingModel(all, { sizeMs, advanceMs, graceMs }) }
  })

  test('give every update that the model gives', () => {
    fc.assert(
      fc.property(cases, ({ all, windows, model }) => {
        const store = windowedStore('texts', windows, { key: string, value: string })
        const updates = runWindowed(all, timeWindowed(string, windows.sizeMs), (grouped) =>
          grouped.windowedBy(windows).aggregate(empty, append, store),
        )
        expect(updates).toEqual(model.updates)
      }),
      { numRuns },
    )
  })

  test('give each final result once, when its window has closed', () => {
    fc.assert(
      fc.property(cases, fc.constantFrom({}, ofDay), ({ all, windows, model }, retention) => {
        const store = windowedStore('texts', windows, { key: string, value: string, ...retention })
        const finals = runWindowed(all, timeWindowed(string, windows.sizeMs), (grouped) =>
          grouped.windowedBy(windows).emitStrategy(onWindowClose).aggregate(empty, append, store),
        )
        expect(finals).toEqual(model.finals)
      }),
      { numRuns },
    )
  })

  test('held back until they close, give the same final results', () => {
    fc.assert(
      fc.property(cases, ({ all, windows, model }) => {
        const store = windowedStore('texts', windows, { key: string, value: string })
        const finals = runWindowed(all, timeWindowed(string, windows.sizeMs), (grouped) =>
          grouped.windowedBy(windows).aggregate(empty, append, store).suppress(untilWindowCloses(), { name: 'final' }),
        )
        // Suppression knows the stream time only by the updates it gets: the same results come out, some of them later.
        const given = finals.flat()
        expect(model.finals.flat()).toEqual(expect.arrayContaining([...given]))
        expect(new Set(given.map(({ key, start }) => `${start} ${key}`)).size).toBe(given.length)
      }),
      { numRuns },
    )
  })
})
