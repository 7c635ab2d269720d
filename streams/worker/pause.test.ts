import { systemClock } from '../clock'
import { stream } from '../dsl/stream'
import { topology } from '../graph/topology'
import { memoryLog } from '../log/embedded'
import { json, string } from '../serdes'
import { keyValueStore } from '../stores'
import { until } from '../test/workers'
import { topic } from '../topics'
import { openTopicWriter } from './topic-writer'
import { createWorker, type Worker } from './worker'

const numbers = topic('numbers', { key: string, value: json<number>(), partitions: 2 })
const sums = keyValueStore('sums', { key: string, value: json<number>() })

describe('a paused worker', () => {
  const log = memoryLog()
  let punctuated = 0
  const summing = topology('summing', [
    stream(numbers)
      .process(
        (context) => {
          context.schedule(5, 'wall-clock', () => {
            punctuated += 1
          })
          return {
            process({ key, value }) {
              context.store(sums).put(key, (context.store(sums).get(key) ?? 0) + value)
            },
          }
        },
        { stores: [sums] },
      )
      .foreach(() => undefined),
  ])
  const start = async (pausedFirst: boolean): Promise<Worker> => {
    const worker = createWorker({ topology: summing, log, commitIntervalMs: 10 })
    if (pausedFirst) worker.pause()
    await worker.start()
    return worker
  }
  const write = async (value: number) => {
    const writer = await openTopicWriter({ log, topic: numbers, clientId: 'test', clock: systemClock })
    const written = await writer.write('a', value)
    await writer.close()
    return written
  }
  afterAll(() => log.close())

  test('processes and punctuates nothing, stays in its group and answers; then it goes on', async () => {
    const worker = await start(true)
    await until(() => worker.ready)
    expect(worker.health()).toMatchObject({ live: true, ready: true, paused: true, reasons: ['summing is paused'] })
    const at = await write(5)
    // A second member makes it rebalance: being paused is no way out of the group.
    const second = await start(true)
    await until(() => second.ready && worker.ready && worker.tasks.length === 1 && second.tasks.length === 1)
    await second.close()
    await until(() => worker.ready && worker.tasks.length === 2)
    expect(punctuated).toBe(0)
    expect((await worker.store(sums).get('a', { timeoutMs: 0 })).value).toBeUndefined()
    await expect(worker.store(sums).get('a', { atLeast: at, timeoutMs: 20 })).rejects.toMatchObject({
      code: 'POSITION_NOT_REACHED',
    })

    worker.resume()
    expect((await worker.store(sums).get('a', { atLeast: at })).value).toBe(5)
    await until(() => punctuated > 0)

    worker.pause()
    const later = await write(6)
    const before = punctuated
    await expect(worker.store(sums).get('a', { atLeast: later, timeoutMs: 40 })).rejects.toMatchObject({
      code: 'POSITION_NOT_REACHED',
    })
    expect(punctuated).toBeLessThanOrEqual(before + 1)
    expect(worker.isPaused).toBe(true)
    // What was processed is committed; what was not is taken up by the next.
    await worker.close()
    const next = await start(false)
    expect((await next.store(sums).get('a', { atLeast: later })).value).toBe(11)
    await next.close()
  })
})
