import { systemClock } from '../clock'
import { stream } from '../dsl/stream'
import { topology } from '../graph/topology'
import { memoryLog } from '../log/embedded'
import { json, string } from '../serdes'
import { until } from '../test/workers'
import { topic } from '../topics'
import { openTopicWriter } from './topic-writer'
import { createWorker } from './worker'

const at = topic('at', { key: string, value: json<number>(), partitions: 1 })

test.each(['at_least_once', 'exactly_once_v2'] as const)(
  'a timestamp extractor is told the partition time that was before a restart, with %s',
  async (guarantee) => {
    const log = memoryLog()
    const seen: number[] = []
    const of = topology('timed', [
      stream(at, {
        timestampExtractor: ({ value }, partitionTime) => {
          seen.push(partitionTime)
          return value as number
        },
      }).foreach(() => undefined),
    ])
    const run = async (...values: readonly number[]) => {
      const worker = createWorker({ topology: of, log, guarantee, commitIntervalMs: 5 })
      await worker.start()
      const writer = await openTopicWriter({ log, topic: at, clientId: 'test', clock: systemClock })
      const expected = seen.length + values.length
      for (const value of values) await writer.write('key', value)
      await writer.close()
      await until(() => seen.length === expected)
      await worker.close()
    }
    await run(100, 300, 200)
    await run(250)
    expect(seen).toEqual([-1, 100, 300, 300])
    await log.close()
  },
)
