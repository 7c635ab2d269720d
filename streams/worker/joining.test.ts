import { MillraceError, OutageError } from '../errors'
import type { GroupMember, Joined } from '../log/port'
import { silentLogger } from '../logger'
import { joinThroughOutage } from './joining'

/** A clock on which nobody is late: what is slept is noted, and over at once where it is a wait for an outage to end. */
function notingClock() {
  const waits: number[] = []
  const sleep = (ms: number, signal?: AbortSignal) => {
    if (ms !== 1_000) return new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()))
    waits.push(ms)
    return Promise.resolve()
  }
  return { waits, clock: { now: () => 0, sleep } }
}

const join = (answer: () => Promise<Joined>, { clock }: ReturnType<typeof notingClock>) =>
  joinThroughOutage(
    { join: answer } as Partial<GroupMember> as GroupMember,
    { applicationId: 'orders', logger: silentLogger, clock },
    new AbortController().signal,
  )

test('gives what was joined', async () => {
  const joined = { group: { generation: 1 } } as Joined
  expect(await join(() => Promise.resolve(joined), notingClock())).toBe(joined)
})

test('waits before an outage is asked again', async () => {
  const noting = notingClock()
  const away = new OutageError('LOG_UNAVAILABLE', 'the coordinator does not answer')
  expect(await join(() => Promise.reject(away), noting)).toBeUndefined()
  expect(noting.waits).toEqual([1_000])
})

test('does not wait where the group has only gone on: it is there, and to be joined again at once', async () => {
  const noting = notingClock()
  const passed = new OutageError('MEMBER_FENCED', 'group orders has rebalanced without us')
  expect(await join(() => Promise.reject(passed), noting)).toBeUndefined()
  expect(noting.waits).toEqual([])
})

test('throws what no waiting mends', async () => {
  const refused = new MillraceError('AUTHORIZATION_FAILED', 'not allowed')
  await expect(join(() => Promise.reject(refused), notingClock())).rejects.toBe(refused)
})
