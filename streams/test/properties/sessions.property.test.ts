import fc from 'fast-check'
import { windowedStore } from '../../dsl/windowed-store'
import { onWindowClose, session } from '../../dsl/windows'
import { string } from '../../serdes'
import { sessionWindowed } from '../../serdes/windowed'
import { sessionModel } from './models/windows'
import { numRuns, steps } from './steps'
import { append, empty, merge, ofDay, runWindowed } from './windowed'

describe('sessions', () => {
  const cases = fc
    .record({
      all: steps({ strideMs: 200 }),
      gapMs: fc.constantFrom(1, 150, 400),
      graceMs: fc.constantFrom(0, 1, 300, 2000),
    })
    .map(({ all, gapMs, graceMs }) => ({
      all,
      windows: session({ ms: gapMs, grace: { ms: graceMs } }),
      model: sessionModel(all, { gapMs, graceMs, retentionMs: gapMs + graceMs }),
      longLived: sessionModel(all, { gapMs, graceMs, retentionMs: 86_400_000 }),
    }))

  test('give every update and every deletion that the model gives', () => {
    fc.assert(
      fc.property(cases, ({ all, windows, model }) => {
        const store = windowedStore('visits', windows, { key: string, value: string })
        const updates = runWindowed(all, sessionWindowed(string), (grouped) =>
          grouped.windowedBy(windows).aggregate(empty, append, merge, store),
        )
        expect(updates).toEqual(model.updates)
      }),
      { numRuns },
    )
  })

  test('give each final result once, when the session has closed', () => {
    fc.assert(
      fc.property(cases, fc.boolean(), ({ all, windows, model, longLived }, long) => {
        const store = windowedStore('visits', windows, { key: string, value: string, ...(long && ofDay) })
        const finals = runWindowed(all, sessionWindowed(string), (grouped) =>
          grouped.windowedBy(windows).emitStrategy(onWindowClose).aggregate(empty, append, merge, store),
        )
        expect(finals).toEqual((long ? longLived : model).finals)
      }),
      { numRuns },
    )
  })
})
