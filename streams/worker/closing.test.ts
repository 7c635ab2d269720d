import { systemClock } from '../clock'
import { stream } from '../dsl/stream'
import { OutageError } from '../errors'
import { topology } from '../graph/topology'
import { memoryLog } from '../log/embedded'
import type { Log, LogAdmin } from '../log/port'
import { json, string } from '../serdes'
import { until } from '../test/workers'
import { topic } from '../topics'
import { openTopicWriter } from './topic-writer'
import { createWorker } from './worker'

const numbers = topic('numbers', { key: string, value: json<number>(), partitions: 2 })

async function membersOf(log: Log, groupId: string): Promise<number> {
  return (await log.admin.listGroups()).find((group) => group.groupId === groupId)?.members ?? 0
}

describe('closing a worker', () => {
  let log: Log
  beforeEach(() => {
    log = memoryLog()
  })
  afterEach(() => log.close())
  const send = async () => {
    const writer = await openTopicWriter({ log, topic: numbers, clientId: 'test', clock: systemClock })
    await Promise.all(['a', 'b', 'c', 'd'].map((key) => writer.write(key, 1)))
    await writer.close()
  }

  test.each([
    ['answers that it cannot', () => Promise.reject(new OutageError('STATE_UNAVAILABLE', 'down'))],
    ['does not answer', () => new Promise<void>(() => undefined)],
  ])('leaves the group in time also where a sink %s', async (_, write) => {
    const projecting = topology('projecting', [stream(numbers).toBatchSink('sink', { write })])
    const worker = createWorker({ topology: projecting, log, commitIntervalMs: 10 })
    await worker.start()
    await until(() => worker.ready)
    await send()
    await until(() => worker.tasks.some(({ state }) => state === 'committing'))
    expect(await membersOf(log, 'projecting')).toBe(1)
    await worker.close(50)
    expect(await membersOf(log, 'projecting')).toBe(0)
  })

  test('while it starts ends it, without its ever joining', async () => {
    let answer: () => void = () => undefined
    const asked = new Promise<void>((resolve) => {
      answer = resolve
    })
    const admin: LogAdmin = { ...log.admin, createTopics: (specs) => asked.then(() => log.admin.createTopics(specs)) }
    const worker = createWorker({
      topology: topology('passing', [stream(numbers).foreach(() => undefined)]),
      log: { ...log, admin },
    })
    const states: string[] = []
    worker.onState((state) => states.push(state))
    const starting = worker.start()
    const closing = worker.close()
    answer()
    await Promise.all([starting, closing])
    expect(await worker.done).toBeUndefined()
    expect(states).toEqual(['PENDING_SHUTDOWN', 'NOT_RUNNING'])
    expect(await membersOf(log, 'passing')).toBe(0)
  })

  test('that could not be started only ends it', async () => {
    const admin: LogAdmin = {
      ...log.admin,
      createTopics: () => Promise.reject(new OutageError('LOG_UNAVAILABLE', 'down')),
    }
    const worker = createWorker({
      topology: topology('passing', [stream(numbers).foreach(() => undefined)]),
      log: { ...log, admin },
    })
    await expect(worker.start()).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' })
    await worker.close()
    expect(worker.state).toBe('NOT_RUNNING')
  })
})
