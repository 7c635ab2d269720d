import { systemClock } from '../clock'
import { stream } from '../dsl/stream'
import { FencedError, MillraceError, OutageError } from '../errors'
import { deadLetter } from '../graph/policy'
import { topology } from '../graph/topology'
import { memoryLog } from '../log/embedded'
import type { GroupMember, Log, MemberStatus } from '../log/port'
import { recordsBuffer } from '../log/records'
import { json, string } from '../serdes'
import { keyValueStore, memoryStateDirectory } from '../stores'
import type { StateDirectory } from '../stores/backend'
import { hasty, until } from '../test/workers'
import { topic } from '../topics'
import { atLeastOnce } from './committer'
import type { WorkerOptions } from './options'
import { openTopicWriter } from './topic-writer'
import { createWorker, type Worker } from './worker'

const numbers = topic('numbers', { key: string, value: json<number>(), partitions: 2 })
const totals = topic('totals', { key: string, value: json<number>(), partitions: 2 })
const sums = keyValueStore('sums', { key: string, value: json<number>() })
const summing = topology('summing', [
  stream(numbers)
    .process<string, number, readonly [typeof sums]>(
      (context) => ({
        process({ key, value, timestamp, headers }) {
          const total = (context.store(sums).get(key) ?? 0) + value
          context.store(sums).put(key, total)
          context.forward({ key, value: total, timestamp, headers })
        },
      }),
      { stores: [sums] },
    )
    .to(totals),
])

/** The members of a log, each wrapped. Status and methods of the real one show through. */
function withMembers(log: Log, wrap: (member: GroupMember) => Partial<GroupMember>): Log {
  return {
    ...log,
    member: (options) => {
      const member = log.member(options)
      return Object.create(member, Object.getOwnPropertyDescriptors(wrap(member))) as GroupMember
    },
  }
}

/** Notes each opening of a store. */
function noting(state: StateDirectory, opened: string[]): StateDirectory {
  return {
    ...state,
    open: (taskId, storeName) => {
      opened.push(taskId)
      return state.open(taskId, storeName)
    },
  }
}

describe('who owns a task', () => {
  let log: Log
  let worker: Worker | undefined
  beforeEach(() => {
    log = memoryLog()
  })
  afterEach(async () => {
    await worker?.close()
    await log.close()
  })
  const start = async (options: Partial<WorkerOptions> & { readonly log: Log }): Promise<Worker> => {
    worker = createWorker({ topology: summing, commitIntervalMs: 20, onError: deadLetter, clock: hasty, ...options })
    await worker.start()
    await until(() => worker!.ready)
    return worker
  }
  /** To both partitions. */
  const send = async () => {
    const writer = await openTopicWriter({ log, topic: numbers, clientId: 'test', clock: systemClock })
    await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((key) => writer.write(key, 1)))
    await writer.close()
  }

  test('tasks that stay are opened anew when the group has gone on during the last commit before a rejoin', async () => {
    let status: MemberStatus | undefined
    let committed = false
    const opened: string[] = []
    const wrapped = withMembers(log, (member) => ({
      get status() {
        return status ?? member.status
      },
      commit: async (offsets) => {
        if (committed) return member.commit(offsets)
        committed = true
        status = 'rebalance'
        await until(() => worker!.state === 'REBALANCING')
        status = 'lost'
        return member.commit(offsets)
      },
      join: () => {
        status = undefined
        return member.join()
      },
    }))
    await start({ log: wrapped, state: noting(memoryStateDirectory(), opened) })
    expect(opened.sort()).toEqual(['0_0', '0_1'])
    await send()
    await until(() => committed && status === undefined && worker!.ready)
    expect(opened.sort()).toEqual(['0_0', '0_0', '0_1', '0_1'])
  })

  test('a fenced task waits for the next generation before it is opened again', async () => {
    const steps: string[] = []
    let letIn: () => void = () => undefined
    const allowed = new Promise<void>((resolve) => {
      letIn = resolve
    })
    let fenced = false
    const members = withMembers(log, (member) => ({
      join: async () => {
        if (fenced) {
          steps.push('joining')
          await allowed
        }
        return member.join()
      },
    }))
    const wrapped: Log = {
      ...members,
      transactionalProducer: async (options) => {
        if (fenced) steps.push('opening')
        const producer = await log.transactionalProducer(options)
        return {
          ...producer,
          commit: async (offsets, group) => {
            if (fenced) return producer.commit(offsets, group)
            fenced = true
            throw new FencedError('PRODUCER_FENCED', 'another has taken over')
          },
        }
      },
    }
    await start({ log: wrapped, guarantee: 'exactly_once_v2' })
    await send()
    await until(() => steps.length > 0)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(steps).toEqual(['joining'])
    letIn()
    await until(() => steps.includes('opening') && worker!.ready)
  })

  test('a task that is being closed after a failure is opened again only when it is closed', async () => {
    const memory = memoryStateDirectory()
    let status: MemberStatus | undefined
    let failed = false
    const slow: StateDirectory = {
      ...memory,
      open: async (taskId, storeName) => {
        const backend = await memory.open(taskId, storeName)
        let closingMs = 0
        return {
          ...backend,
          get: (key) => {
            if (failed) return backend.get(key)
            failed = true
            closingMs = 300
            status = 'lost'
            throw new OutageError('STATE_UNAVAILABLE', 'the disk does not answer')
          },
          close: () => systemClock.sleep(closingMs).then(backend.close),
        }
      },
    }
    const wrapped = withMembers(log, (member) => ({
      get status() {
        return status ?? member.status
      },
      join: () => {
        status = undefined
        return member.join()
      },
    }))
    await start({ log: wrapped, state: slow, cacheBytes: 0 })
    await send()
    await until(() => failed && status === undefined && ['RUNNING', 'ERROR'].includes(worker!.state))
    expect(worker!.state).toBe('RUNNING')
    expect(await until(async () => (await ends(log, 'totals')) === 6)).toBeUndefined()
  })

  test.each(['lost', 'left'] as const)(
    'a member that has %s its group sends nothing under at-least-once',
    async (status) => {
      let sends = 0
      const member = { status, commit: async () => undefined } as unknown as GroupMember
      const send = async () => {
        sends += 1
        return []
      }
      const committer = atLeastOnce({ member, shared: { send, close: async () => undefined } })
      const records = recordsBuffer()
      records.append(Buffer.from('a'), Buffer.from('1'), 1, [])
      const outputs = [{ topic: 'totals', partition: 0, records }]
      await expect(committer.commit({ outputs, changelogs: [], offsets: [] })).rejects.toBeInstanceOf(FencedError)
      expect(sends).toBe(0)
    },
  )

  test('a store found corrupt in the midst of work is rebuilt, and no record is blamed for it', async () => {
    const memory = memoryStateDirectory()
    let corrupt = 0
    const damaged: StateDirectory = {
      ...memory,
      open: async (taskId, storeName) => {
        const backend = await memory.open(taskId, storeName)
        return {
          ...backend,
          get: (key) => {
            if (corrupt === 0) return backend.get(key)
            corrupt -= 1
            throw new MillraceError('STATE_CORRUPT', 'the file is too short')
          },
        }
      },
      wipe: (taskId) => {
        wiped.push(taskId)
        return memory.wipe(taskId)
      },
    }
    const wiped: string[] = []
    await start({ log, state: damaged, cacheBytes: 0 })
    corrupt = 1
    await send()
    await until(async () => worker!.ready && (await ends(log, 'totals')) === 6)
    expect(wiped).toHaveLength(1)
    expect(await ends(log, 'numbers-dlq')).toBe(0)
  })

  test('a worker that is ended while the group holds its join back leaves at once', async () => {
    let joins = 0
    const wrapped = withMembers(log, (member) => {
      let left: (error: unknown) => void = () => undefined
      return {
        join: async () => {
          joins += 1
          if (joins === 1) return member.join()
          return new Promise((_, reject) => {
            left = reject
          })
        },
        leave: async () => {
          left(new MillraceError('CLOSED', 'left the group while joining it'))
          await member.leave()
        },
      }
    })
    await start({ log: wrapped, clock: systemClock })
    const other = createWorker({ topology: summing, log, clock: systemClock })
    void other.start()
    await until(() => joins === 2)
    await worker!.close(60_000)
    expect(worker!.state).toBe('NOT_RUNNING')
    await other.close()
  }, 10_000)

  test('a task whose calls to the outside find no answer does not hold the group up', async () => {
    const down = { write: () => Promise.reject(new OutageError('STATE_UNAVAILABLE', 'down')) }
    const projecting = topology('projecting', [stream(numbers).toBatchSink('sink', down)])
    await start({ log, topology: projecting })
    await send()
    await until(() => worker!.tasks.some((task) => task.state === 'committing'))
    const other = createWorker({ topology: projecting, log, clock: hasty })
    await other.start()
    await until(() => other.tasks.length === 1 && worker!.tasks.length === 1)
    await other.close()
  })

  test('nor does one whose schemas cannot be had', async () => {
    const unanswered: typeof numbers = topic('numbers', {
      key: string,
      value: {
        ...numbers.value,
        open: (context) => ({
          ...numbers.value.open(context),
          prepare: () => Promise.reject(new OutageError('REGISTRY_UNAVAILABLE', 'down')),
        }),
      },
      partitions: 2,
    })
    const reading = topology('reading', [stream(unanswered).to(totals)])
    await start({ log, topology: reading })
    await send()
    const other = createWorker({ topology: reading, log, clock: hasty })
    await other.start()
    await until(() => other.tasks.length === 1 && worker!.tasks.length === 1)
    await other.close()
  })
})

async function ends(log: Log, name: string): Promise<number> {
  const all = [0, 1].map((partition) => ({ topic: name, partition }))
  return (await log.admin.offsets(all, 'latest')).reduce((sum, { offset }) => sum + offset, 0)
}
