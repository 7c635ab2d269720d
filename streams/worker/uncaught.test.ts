import { systemClock } from '../clock'
import { FencedError, MillraceError } from '../errors'
import { memoryLog } from '../log/embedded'
import type { Log } from '../log/port'
import { json, string } from '../serdes'
import { keyValueStore } from '../stores'
import { hasty, summing, until, workersOn } from '../test/workers'
import { topic } from '../topics'
import type { WorkerOptions } from './options'
import { openTopicWriter } from './topic-writer'
import { replaceAfterMs } from './uncaught'
import { createWorker, type Worker } from './worker'

const numbers = topic('numbers', { key: string, value: json<number>(), partitions: 2 })
const sums = keyValueStore('sums', { key: string, value: json<number>() })

/** Throws at the value that `fails` names, for as long as it does. */
const failing = (fails: { at: number | undefined }) => {
  const look = (value: number) => {
    if (value === fails.at) throw new Error(`no ${value}`)
  }
  return summing({ name: 'summing', numbers, sums, look })
}

describe.each(['at_least_once', 'exactly_once_v2'] as const)('an error that nothing mends, with %s', (guarantee) => {
  const workers = workersOn(memoryLog)
  const start = (fails: { at: number | undefined }, options: Partial<WorkerOptions> = {}) =>
    workers.start({ topology: failing(fails), guarantee, commitIntervalMs: 20, clock: hasty, ...options })
  const write = async (...values: readonly number[]) => {
    const writer = await openTopicWriter({ log: workers.log, topic: numbers, clientId: 'test', clock: systemClock })
    const written = []
    for (const value of values) written.push(await writer.write('a', value))
    await writer.close()
    return written.at(-1)!
  }
  const sumAt = async (worker: Worker, at: Awaited<ReturnType<typeof write>>) =>
    (await worker.store(sums).get('a', { atLeast: at })).value

  test('stops the worker, where nothing else is said', async () => {
    const worker = await start({ at: 7 })
    await until(() => worker.ready)
    const states: string[] = []
    worker.onState((state) => states.push(state))
    await write(7)
    await expect(worker.done).rejects.toMatchObject({ cause: expect.objectContaining({ message: 'no 7' }) })
    expect(states).toEqual(['PENDING_ERROR', 'ERROR'])
    expect(worker.health()).toMatchObject({ live: false, ready: false, state: 'ERROR' })
    expect(worker.health().reasons.join()).toContain('no 7')
  })

  test('opens the task again, until it goes on: nothing is lost or doubled', async () => {
    const fails: { at: number | undefined } = { at: 7 }
    const asked: unknown[] = []
    const worker = await start(fails, {
      onUncaught: (error, taskId) => {
        asked.push([taskId, error instanceof MillraceError])
        return 'replace-thread'
      },
    })
    await until(() => worker.ready)
    const at = await write(1, 2, 7)
    await until(() => asked.length >= 3)
    expect(new Set(asked.map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify([`0_${at.partition}`, true])]),
    )
    expect(worker.health().live).toBe(true)
    await until(() => !worker.health().ready)
    fails.at = undefined
    expect(await sumAt(worker, at)).toBe(10)
    await until(() => worker.health().ready)
    expect(worker.health().reasons).toEqual([])
  })

  test('stops all members, each with the reason', async () => {
    const all: Worker[] = []
    for (let count = 0; count < 3; count += 1)
      all.push(await start({ at: 7 }, { onUncaught: () => 'shutdown-application' }))
    await until(() => all.every((worker) => worker.ready))
    await write(7)
    const ends = await Promise.allSettled(all.map(({ done }) => done))
    const errors = ends.map((end) => (end as PromiseRejectedResult).reason as MillraceError)
    expect(errors.map(({ code }) => code).sort()).toEqual([
      'PROCESSING_FAILED',
      'SHUTDOWN_REQUESTED',
      'SHUTDOWN_REQUESTED',
    ])
    expect(errors.find(({ code }) => code === 'SHUTDOWN_REQUESTED')!.message).toMatch(/task 0_\d of member .*no 7/)
    expect(all.map(({ state }) => state)).toEqual(['ERROR', 'ERROR', 'ERROR'])
    // What they were stopped for does not stay behind.
    const next = await start({ at: undefined })
    expect(await sumAt(next, await write(1))).toBe(8)
  })

  test('a policy that throws itself stops the worker', async () => {
    const worker = await start(
      { at: 7 },
      {
        onUncaught: () => {
          throw new Error('mine')
        },
      },
    )
    await until(() => worker.ready)
    await write(7)
    await expect(worker.done).rejects.toMatchObject({ cause: expect.objectContaining({ message: 'no 7' }) })
  })

  test('what no task was at is replaced whole: the worker joins anew', async () => {
    let refuse = true
    const asked: unknown[] = []
    const { log } = workers
    const refusing: Log = {
      ...log,
      member: (options) => {
        const member = log.member(options)
        const join = () =>
          refuse ? Promise.reject(new MillraceError('AUTHORIZATION_FAILED', 'no group')) : member.join()
        return Object.create(member, { join: { value: join } }) as typeof member
      },
    }
    const worker = await start(
      { at: undefined },
      {
        log: refusing,
        onUncaught: (_error, taskId) => {
          asked.push(taskId)
          refuse = asked.length < 3
          return 'replace-thread'
        },
      },
    )
    await until(() => worker.ready)
    expect(asked).toEqual([undefined, undefined, undefined])
    expect(await sumAt(worker, await write(3, 4))).toBe(7)
  })
})

test('the waits between two tries grow, up to a minute', () => {
  expect([0, 1, 2, 3, 10, 1_000].map(replaceAfterMs)).toEqual([1_000, 2_000, 4_000, 8_000, 60_000, 60_000])
})

test('who has been replaced under its static identity does not join anew, whatever the policy', async () => {
  const log = memoryLog()
  let joins = 0
  const fenced: Log = {
    ...log,
    member: (options) => ({
      ...log.member(options),
      status: 'lost',
      join: async () => {
        joins += 1
        throw new FencedError('MEMBER_FENCED', 'replaced', { details: { groupInstanceId: 'a' } })
      },
    }),
  }
  const worker = createWorker({
    topology: failing({ at: undefined }),
    log: fenced,
    groupInstanceId: 'a',
    clock: hasty,
    onUncaught: () => 'replace-thread',
  })
  await worker.start()
  await expect(worker.done).rejects.toMatchObject({ code: 'MEMBER_FENCED' })
  expect(joins).toBe(1)
  await log.close()
})
