import { type Clock, systemClock } from '../clock'
import { stream } from '../dsl/stream'
import { topology } from '../graph/topology'
import { memoryLog } from '../log/embedded'
import { json, string } from '../serdes'
import { topic } from '../topics'
import { openTopicWriter } from './topic-writer'
import { createWorker } from './worker'

const HOUR_MS = 3_600_000
const input = topic('input', { key: string, value: json<number>(), partitions: 1 })
const output = topic('output', { key: string, value: json<number>(), partitions: 1 })
const place = { topic: input.name, partition: 0 }

test.each([HOUR_MS, -HOUR_MS])(
  'what comes after a jump of the wall clock by %d ms is committed all the same',
  async (jump) => {
    let offset = 0
    const clock: Clock = { ...systemClock, now: () => Date.now() + offset }
    const log = memoryLog({ clock })
    const worker = createWorker({ topology: topology('copying', [stream(input).to(output)]), log, clock })
    await worker.start()
    const writer = await openTopicWriter({ log, topic: input, clientId: 'test', clock: systemClock })
    const untilCommitted = async (upTo: number) => {
      for (;;) {
        const [committed] = await log.admin.committedOffsets('copying', [place])
        if ((committed?.offset ?? 0) >= upTo) return
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    }
    await writer.write('key', 1)
    await untilCommitted(1)
    offset = jump
    await writer.write('key', 2)
    await untilCommitted(2)
    await writer.close()
    await worker.close()
    await log.close()
  },
)
