import fc from 'fast-check'
import { type SessionStore, type SessionStoreDeclaration, sessionStore } from '../../../stores'
import { countingJson, type Harness, text } from './harness'
import { agreesWithModel, awkwardKey, byBytes, type ModelledKind } from './model'

const number = countingJson<number>()
const RETENTION = 50

interface Session {
  readonly key: string
  readonly start: number
  readonly end: number
  readonly value: number
}
interface Model {
  readonly sessions: readonly Session[]
  readonly latest: number
}
type Change =
  | {
      readonly kind: 'put'
      readonly key: string
      readonly start: number
      readonly length: number
      readonly value: number | null
    }
  | { readonly kind: 'remove'; readonly index: number }
  | { readonly kind: 'find'; readonly key: string; readonly from: number; readonly to: number }

const time = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: -20, max: 120 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 1000 }) },
)

const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      key: awkwardKey,
      start: time,
      length: fc.nat(30),
      value: fc.option(fc.nat(99)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), index: fc.nat(30) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('find' as const), key: awkwardKey, from: time, to: time }) },
)

const visible = ({ sessions, latest }: Model) =>
  sessions
    .filter(({ end }) => end > latest - RETENTION)
    .sort((a, b) => byBytes(a.key, b.key) || a.start - b.start || a.end - b.end)

const shown = (sessions: readonly Session[]) =>
  sessions.map(({ key, start, end, value }) => ({ key: { key, window: { start, end } }, value }))

function put(model: Model, session: Omit<Session, 'value'>, value: number | null): Model {
  const latest = Math.max(model.latest, session.end)
  if (session.end <= latest - RETENTION) return { ...model, latest }
  const others = model.sessions.filter(
    ({ key, start, end }) => key !== session.key || start !== session.start || end !== session.end,
  )
  return { latest, sessions: value === null ? others : [...others, { ...session, value }] }
}

const kind: ModelledKind<SessionStoreDeclaration<string, number>, Model, Change> = {
  declaration: (round) => sessionStore(`session-${round}`, { key: text, value: number, retentionMs: RETENTION }),
  empty: { sessions: [], latest: Number.NEGATIVE_INFINITY },
  change,
  apply(store, model, change) {
    const view: SessionStore<string, number> = store.view
    switch (change.kind) {
      case 'put': {
        const { key, start, length, value } = change
        const end = start + length
        view.put({ key, window: { start, end } }, value)
        return put(model, { key, start, end }, value)
      }
      case 'remove': {
        const sessions = visible(model)
        const session = sessions[change.index % Math.max(1, sessions.length)]
        if (session === undefined) return model
        view.remove({ key: session.key, window: { start: session.start, end: session.end } })
        return put(model, session, null)
      }
      case 'find': {
        const { key, from, to } = change
        const ofKey = visible(model).filter((session) => session.key === key)
        expect([...view.findSessions(key, from, to)]).toEqual(
          shown(ofKey.filter(({ start, end }) => end >= from && start <= to)),
        )
        expect([...view.fetch(key)]).toEqual(shown(ofKey))
        return model
      }
    }
  },
  compare(view: SessionStore<string, number>, model) {
    expect([...view.all()]).toEqual(shown(visible(model)))
    for (const { key, start, end, value } of visible(model)) expect(view.fetchSession(key, start, end)).toBe(value)
  },
}

export function sessionContract(harness: () => Harness, numRuns: number): void {
  describe('session stores', () => {
    const declaration = sessionStore('session', { key: text, value: number, retentionMs: RETENTION })

    test('sessions found may be removed and put anew while they are walked', async () => {
      const { view, commit } = await harness().open(declaration)
      const session = (start: number, end: number) => ({ key: 'a', window: { start, end } })
      view.put(session(1, 3), 1)
      view.put(session(10, 12), 2)
      await commit()
      let sum = 0
      for (const { key, value } of view.findSessions('a', 3, 10)) {
        sum += value
        view.remove(key)
      }
      view.put(session(1, 12), sum)
      expect([...view.fetch('a')]).toEqual([{ key: session(1, 12), value: 3 }])
    })

    test('changelog keys are those of Kafka Streams: key, session end, session start', async () => {
      const store = await harness().open(declaration)
      store.view.put({ key: 'key', window: { start: 1, end: 258 } }, 5)
      store.drain()
      expect(store.changelog[0]!.key!.toString('latin1')).toBe('key\0\0\0\0\0\0\x01\x02\0\0\0\0\0\0\0\x01')
    })

    test('a key with very many sessions is read and kept like any other', async () => {
      const store = await harness().open(sessionStore('session', { key: text, value: number, retentionMs: 100_000 }))
      for (let at = 0; at < 1000; at++) {
        store.view.put({ key: 'hot', window: { start: at * 10, end: at * 10 + 5 } }, at)
        if (at % 100 === 0) await store.commit()
      }
      await store.commit()
      await store.reopen()
      expect(Array.from(store.view.fetch('hot'), ({ value }) => value)).toEqual(
        Array.from({ length: 1000 }, (_, at) => at),
      )
      expect(Array.from(store.view.findSessions('hot', 5000, 5020), ({ value }) => value)).toEqual([500, 501, 502])
      store.view.remove({ key: 'hot', window: { start: 5010, end: 5015 } })
      expect(Array.from(store.view.findSessions('hot', 5000, 5020), ({ value }) => value)).toEqual([500, 502])
      await store.commit()
      expect(store.differences()).toEqual([])
    })

    test('property: a session store agrees with its model', () => agreesWithModel(harness(), kind, numRuns))
  })
}
