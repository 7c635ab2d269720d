import type { Log } from 'millrace'

/** Where in a commit a process dies: by `kill -9` of itself, so that nothing of it goes on. */
export type DeathPoint = 'before the produce' | 'between produce and offsets' | 'after the commit'

/** The log, in which the next commit kills the process at the point asked for. */
export function mortal(log: Log, asked: () => DeathPoint | undefined): Log {
  const dieAt = (point: DeathPoint) => {
    if (asked() === point) process.kill(process.pid, 'SIGKILL')
  }
  return {
    ...log,
    producer: async (options) => {
      const producer = await log.producer(options)
      return { ...producer, send: (batches) => around(() => producer.send(batches)) }
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
