import { OutageError } from '../../errors'
import { memoryLog } from '../../log/embedded'
import type { Log } from '../../log/port'
import { createWorker, type Worker } from '../../worker/worker'
import { hasty, until } from '../workers'
import { counted, counting, isDone, PARTITIONS, write } from './counting'
import { gatedLog, type LogCall } from './gated-log'

/** Resolves or rejects from outside. */
function heldUp() {
  let fail: (error: unknown) => void = () => undefined
  const over = new Promise<void>((_, reject) => {
    fail = reject
  })
  return { over, fail }
}

let log: Log
let worker: Worker | undefined
beforeEach(() => {
  log = memoryLog()
})
afterEach(async () => {
  await worker?.close()
  await log.close()
})

test.each(['at_least_once', 'exactly_once_v2'] as const)(
  'the first outputs need not wait for the interval, %s',
  async (guarantee) => {
    await log.admin.createTopics([{ name: 'inputs', partitions: PARTITIONS }])
    await write(log, 0, 5_000)
    let processed: number | undefined
    const gated = gatedLog(log, {
      before: ({ topics }) => {
        if (topics.includes('outputs'))
          processed ??= Math.max(...counts.tasks.map(({ task }) => task!.statistics.processed))
      },
    })
    const counts = createWorker({
      topology: counting,
      log: gated,
      guarantee,
      commitIntervalMs: 3_600_000,
      clock: hasty,
    })
    worker = counts
    await counts.start()
    await until(() => isDone(log))
    expect(processed).toBeLessThan(1_000)
  },
)

test('an output sent ahead that fails while its commit waits for it is not committed past', async () => {
  const held = heldUp()
  const calls: LogCall[] = []
  const gated = gatedLog(log, {
    before: async (call) => {
      if (call.what !== 'send' || call.topics.some((name) => name !== 'outputs')) return
      calls.push(call)
      if (calls.length === 1) await held.over
    },
  })
  const counts = createWorker({ topology: counting, log: gated, commitIntervalMs: 10, clock: hasty })
  worker = counts
  await counts.start()
  await until(() => counts.ready)
  await write(log, 0, 1)
  // The output is on its way, and the commit waits for that.
  await until(() => counts.tasks.some(({ task }) => task !== undefined && task.statistics.processed > 0 && !task.dirty))
  held.fail(new OutageError('LOG_UNAVAILABLE', 'the output was not appended'))
  await until(() => isDone(log))
  expect(await counted(log)).toEqual(new Map([['key-0', [{ id: 0, total: 1 }]]]))
})
