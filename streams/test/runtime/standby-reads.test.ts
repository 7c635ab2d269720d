import { MillraceError, OutageError } from '../../errors'
import { memoryLog } from '../../log/embedded'
import type { FetchedBatch, Log, LogReader, LogRecord, PartitionOffset } from '../../log/port'
import { recordsBuffer } from '../../log/records'
import { memoryStateDirectory } from '../../stores'
import type { StateDirectory, StoreBackend } from '../../stores/backend'
import { counters } from '../../worker/counters'
import { resolveOptions } from '../../worker/options'
import { openStandby, type Standby } from '../../worker/standby'
import { createStandbys, type Standbys } from '../../worker/standbys'
import { hasty, until } from '../workers'
import { counting, PARTITIONS, recordsOf, unfolded } from './counting'

const CHANGELOG = 'counting-counts-changelog'
const log = memoryLog()
afterAll(() => log.close())

/** Each record a key of its own: what is left out cannot be made up for by a later one. */
async function append(from: number, to: number): Promise<void> {
  const producer = await log.producer({ clientId: 'test' })
  for (let at = from; at < to; at += 1) {
    const batches = Array.from({ length: PARTITIONS }, (_, partition) => {
      const records = recordsBuffer()
      records.append(Buffer.from(`key-${at}`), Buffer.from(`${at}`), at, [])
      return { topic: CHANGELOG, partition, records }
    })
    await producer.send(batches)
  }
  await producer.close()
}

beforeAll(async () => {
  await log.admin.createTopics([{ name: CHANGELOG, partitions: PARTITIONS, config: { 'cleanup.policy': 'compact' } }])
  await append(0, 30)
})

function batch(records: readonly LogRecord[], from: number, to: number): FetchedBatch {
  return { topic: CHANGELOG, partition: 0, records: records.slice(from, to), nextOffset: to, endOffset: 30 }
}

test('a standby whose reader goes back to where it began takes what is new of what is read twice', async () => {
  const state = memoryStateDirectory()
  const options = resolveOptions({ topology: counting, log, state, clock: hasty })
  const subTopology = counting.subTopologies[0]!
  const standby = await openStandby({ options, subTopology, partition: 0, signal: new AbortController().signal })
  const records = await recordsOf(log, CHANGELOG, 0)
  await standby.apply(batch(records, 0, 20))
  await standby.apply(batch(records, 0, 10))
  await standby.apply(batch(records, 0, 25))
  await standby.apply(batch(records, 25, 30))
  await standby.close()
  expect(await unfolded(log, state)).toEqual([])
})

/** Reads ten records of each partition at a time, all partitions in one poll. */
async function byTens(): Promise<LogReader> {
  const records = await Promise.all([0, 1].map((partition) => recordsOf(log, CHANGELOG, partition)))
  let positions: PartitionOffset[] = []
  return {
    assign: (to) => {
      positions = [...to]
    },
    pause: () => undefined,
    resume: () => undefined,
    poll: async () => {
      await new Promise((resolve) => setTimeout(resolve, 1))
      const unread = positions.filter(({ offset }) => offset < 30)
      positions = positions.map((at) => ({ ...at, offset: Math.min(30, at.offset + 10) }))
      return unread.map(({ topic, partition, offset }) => {
        const nextOffset = Math.min(30, offset + 10)
        return { topic, partition, records: records[partition]!.slice(offset, nextOffset), nextOffset, endOffset: 30 }
      })
    },
    wakeup: () => undefined,
    close: async () => undefined,
  }
}

const isCurrent = ({ changelog }: Standby) => changelog('counts')!.position === 30

function openStandbys(read: Log, state: StateDirectory): Standbys {
  return createStandbys({
    options: resolveOptions({ topology: counting, log: read, state, clock: hasty }),
    counters: counters(),
    local: { offsets: new Map(), closed: () => undefined, cleanUp: async () => undefined },
    onCaughtUp: () => undefined,
    onFatal: (error) => {
      throw error
    },
  })
}

test('a standby that is opened again while what was read for it before waits its turn leaves nothing out', async () => {
  const state = memoryStateDirectory()
  let failed = false
  const isBehindAgain = () => failed && standbys.open.some(({ taskId }) => taskId === '0_1')
  const disturbed: StateDirectory = {
    ...state,
    open: async (task, store) => {
      const backend = await state.open(task, store)
      const write: StoreBackend['write'] = async (writes, position) => {
        if (task === '0_1' && !failed) {
          failed = true
          throw new OutageError('STATE_UNAVAILABLE', 'not written')
        }
        // What comes first in a poll is held up until the other one has been opened again.
        if (task === '0_0' && failed) await until(isBehindAgain)
        return backend.write(writes, position)
      }
      return { ...backend, write }
    },
  }
  const standbys = openStandbys({ ...log, reader: byTens }, disturbed)
  standbys.add(['0_0', '0_1'], [])
  await until(() => standbys.open.length === PARTITIONS && standbys.open.every(isCurrent))
  await standbys.close()
  expect(await unfolded(log, state)).toEqual([])
})

test('a standby whose changelog was cut off is wiped before its task is opened in its place', async () => {
  const memory = memoryStateDirectory()
  const events: string[] = []
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const slow: StateDirectory = {
    ...memory,
    wipe: async (task) => {
      events.push('wipe')
      await held
      await memory.wipe(task)
      events.push('wiped')
    },
  }
  let cut = false
  const cutOff = async (): Promise<LogReader> => {
    const reader = await byTens()
    const poll: LogReader['poll'] = async (maxWaitMs) => {
      if (!cut && standbys.open.every(isCurrent) && standbys.open.length === 1) {
        cut = true
        const details = { topic: CHANGELOG, partition: 0, offset: 30, startOffset: 40, endOffset: 40 }
        throw new MillraceError('OFFSET_OUT_OF_RANGE', 'cut off', { details })
      }
      return reader.poll(maxWaitMs)
    }
    return { ...reader, poll }
  }
  const standbys = openStandbys({ ...log, reader: cutOff }, slow)
  standbys.add(['0_0'], [])
  await until(() => events.includes('wipe'))
  const kept = standbys.keep([]).then(() => events.push('kept'))
  await new Promise((resolve) => setImmediate(resolve))
  release()
  await kept
  await standbys.close()
  expect(events).toEqual(['wipe', 'wiped', 'kept'])
})
