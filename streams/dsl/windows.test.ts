import { long, string } from '../serdes'
import { durationMs } from './duration'
import { windowedStore } from './windowed-store'
import { hopping, session, sliding, tumbling } from './windows'
import { within } from './within'

const invalid = (message: RegExp) =>
  expect.objectContaining({ code: 'TOPOLOGY_INVALID', message: expect.stringMatching(message) })

describe('durations', () => {
  test('add their parts up', () => {
    expect(durationMs({ days: 1, hours: 2, minutes: 3, seconds: 4, ms: 5 }, 'x')).toBe(93_784_005)
    expect(durationMs({ seconds: 0.5 }, 'x')).toBe(500)
  })

  test.each([[{}], [{ ms: -1 }], [{ ms: 0.5 }], [{ seconds: Number.NaN }], [{ days: Number.POSITIVE_INFINITY }]])(
    'refuse %j',
    (duration) => {
      expect(() => durationMs(duration, 'the span')).toThrow(invalid(/^the span must be a span of whole ms/))
    },
  )
})

describe('windows', () => {
  test('are plain frozen values in ms', () => {
    expect(tumbling({ minutes: 1, grace: { seconds: 5 } })).toEqual({
      kind: 'hopping',
      sizeMs: 60_000,
      advanceMs: 60_000,
      graceMs: 5000,
    })
    expect(hopping({ minutes: 1, advance: { seconds: 20 } })).toMatchObject({ advanceMs: 20_000, graceMs: 0 })
    expect(sliding({ ms: 0 })).toEqual({ kind: 'sliding', sizeMs: 0, graceMs: 0 })
    expect(session({ ms: 1 })).toEqual({ kind: 'session', gapMs: 1, graceMs: 0 })
    expect(Object.isFrozen(session({ ms: 1 }))).toBe(true)
  })

  test('of impossible sizes are refused', () => {
    expect(() => tumbling({ ms: 0 })).toThrow(invalid(/must be more than 0/))
    expect(() => hopping({ ms: 10, advance: { ms: 11 } })).toThrow(invalid(/at most 10 ms, not by 11/))
    expect(() => hopping({ ms: 10, advance: { ms: 0 } })).toThrow(invalid(/advance by more than 0/))
    expect(() => session({ ms: 0 })).toThrow(invalid(/gap/))
  })

  test('of joins reach as far on both sides, unless a side says otherwise', () => {
    expect(within({ hours: 2, grace: { minutes: 5 } })).toEqual({
      beforeMs: 7_200_000,
      afterMs: 7_200_000,
      graceMs: 300_000,
      emitEveryMs: 0,
    })
    expect(within({ ms: 10, before: { ms: 0 } })).toMatchObject({ beforeMs: 0, afterMs: 10 })
    expect(within({ before: { ms: 1 }, after: { ms: 2 } })).toMatchObject({ beforeMs: 1, afterMs: 2 })
    expect(() => within({ before: { ms: 1 } })).toThrow(invalid(/after is not given/))
    expect(() => within({ grace: { ms: 1 } })).toThrow(invalid(/before is not given/))
  })
})

describe('stores of windows', () => {
  const serdes = { key: string, value: long }

  test('keep what may still take records, and no longer, unless told', () => {
    const grace = { ms: 50 }
    expect(windowedStore('w', tumbling({ ms: 100, grace }), serdes)).toMatchObject({
      retentionMs: 150,
      windowSizeMs: 100,
    })
    expect(windowedStore('w', sliding({ ms: 100, grace }), serdes)).toMatchObject({ retentionMs: 250 })
    expect(windowedStore('w', session({ ms: 100, grace }), serdes)).toMatchObject({ kind: 'session', retentionMs: 150 })
    expect(windowedStore('w', tumbling({ ms: 100 }), { ...serdes, retention: { days: 1 } })).toMatchObject({
      retentionMs: 86_400_000,
    })
  })

  test('that would forget what may still take records are refused', () => {
    expect(() => windowedStore('w', sliding({ ms: 100 }), { ...serdes, retention: { ms: 199 } })).toThrow(
      invalid(/store w keeps windows for 199 ms, but they take records for 200 ms/),
    )
  })
})
