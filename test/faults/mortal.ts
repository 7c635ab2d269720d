import { setTimeout as sleep } from 'node:timers/promises'
import type { Log, LogReader } from 'millrace'

/**
 * Where a process dies by `kill -9` of itself, so that nothing of it goes on: in a commit, between two reads of a
 * restore, of which the first is in the store, or beside a write to the read model.
 */
export type DeathPoint =
  | 'before the produce'
  | 'between produce and offsets'
  | 'after the commit'
  | 'half restored'
  | 'before it writes to the read model'
  | 'between read model and commit'

/** The log, in which the next commit, or restore, kills the process at the point asked for. */
export function mortal(log: Log, asked: () => DeathPoint | undefined): Log {
  const dieAt = (point: DeathPoint) => {
    if (asked() === point) process.kill(process.pid, 'SIGKILL')
  }
  return {
    ...log,
    producer: async (options) => {
      const producer = await log.producer(options)
      return { ...producer, send: (batches, more) => around(() => producer.send(batches, more)) }
    },
    transactionalProducer: async (options) => {
      const producer = await log.transactionalProducer(options)
      return {
        ...producer,
        send: (batches) => around(() => producer.send(batches)),
        commit: (offsets, group) => settled(producer.commit(offsets, group)),
      }
    },
    member: (options) => {
      const member = log.member(options)
      const commit: typeof member.commit = (offsets) => settled(member.commit(offsets))
      return Object.create(member, { commit: { value: commit } }) as typeof member
    },
    reader: async (options) =>
      asked() === 'half restored'
        ? dyingReader(await log.reader({ ...options, maxBytesPerPartition: SMALL_READ }), dieAt)
        : log.reader(options),
  }

  async function around<T>(send: () => Promise<T>): Promise<T> {
    dieAt('before the produce')
    const sent = await send()
    dieAt('between produce and offsets')
    return sent
  }
  async function settled(commit: Promise<void>): Promise<void> {
    await commit
    dieAt('after the commit')
  }
}

/** Bytes: one batch at a time, so that one restore takes many reads. */
const SMALL_READ = 1
/** Of changelogs, of those that brought something. */
const READS_BEFORE_DEATH = 3
/** A restore puts what it has read into the store at the latest every two seconds. */
const SLOW_READ_MS = 2_500

function dyingReader(reader: LogReader, dieAt: (point: DeathPoint) => void): LogReader {
  let reads = 0
  return {
    ...reader,
    poll: async (maxWaitMs) => {
      // Who reads on after a read as slow as that has put into the store what came before.
      if (reads >= READS_BEFORE_DEATH) dieAt('half restored')
      const batches = await reader.poll(maxWaitMs)
      if (batches.some(({ topic, records }) => topic.endsWith('-changelog') && records.length > 0)) reads += 1
      if (reads === READS_BEFORE_DEATH) await sleep(SLOW_READ_MS)
      return batches
    },
  }
}
