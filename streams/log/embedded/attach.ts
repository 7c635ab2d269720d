import { Agent, request } from 'node:http'
import { MillraceError, messageOf, OutageError, TerminalError } from '../../errors'
import type {
  AppendedBatch,
  Log,
  LogAdmin,
  LogProducer,
  LogReader,
  OutgoingBatch,
  PartitionOffset,
  ReaderOptions,
  TopicPartition,
} from '../port'
import { nextSequence } from '../records'
import type { LockOwner } from './lock'
import { type PackedBatch, type RemoteCalls, remotePath, unpackBatch, unpackError } from './remote'

type Call = <C extends keyof RemoteCalls, T>(call: C, body: RemoteCalls[C], signal?: AbortSignal) => Promise<T>

/**
 * The log of another process, as far as a second process may use it: topics, offsets, reading and appending. Members of groups
 * and transactions live in the owner's process. @throws OutageError LOG_UNAVAILABLE from each method when the owner is gone
 */
export function attachLog(owner: LockOwner): Log {
  const agent = new Agent({ keepAlive: true })
  const call: Call = (name, body, signal) => post({ owner, agent, path: remotePath(name), body, signal })
  return {
    kind: 'embedded',
    admin: remoteAdmin(call),
    producer: () => remoteProducer(call),
    reader: async (options) => remoteReader(call, options),
    async transactionalProducer() {
      throw notHere('a transactional producer', owner)
    },
    member() {
      throw notHere('a member of a group', owner)
    },
    async close() {
      agent.destroy()
    },
  }
}

function notHere(what: string, { pid }: LockOwner): MillraceError {
  return new TerminalError(
    'LOG_LOCKED',
    `process ${pid} has the log open: ${what} can only be opened there, or here once it has ended`,
    { details: { pid } },
  )
}

function remoteAdmin(call: Call): LogAdmin {
  const on =
    (method: keyof LogAdmin) =>
    (...args: readonly unknown[]): Promise<never> =>
      call('admin', { method, args })
  return {
    listTopics: on('listTopics'),
    describeTopics: async (names) => new Map(await on('describeTopics')(names)),
    createTopics: on('createTopics'),
    deleteTopics: on('deleteTopics'),
    offsets: on('offsets'),
    committedOffsets: on('committedOffsets'),
    listGroups: on('listGroups'),
    setOffsets: on('setOffsets'),
    deleteGroup: on('deleteGroup'),
  }
}

interface Identity {
  readonly producerId: number
  readonly sequences: Map<string, number>
}

async function remoteProducer(call: Call): Promise<LogProducer> {
  const newIdentity = async (): Promise<Identity> => {
    return { producerId: await call<'producer', number>('producer', {}), sequences: new Map() }
  }
  let identity: Identity | undefined = await newIdentity()
  let before: Promise<unknown> = Promise.resolve()

  async function append({ topic, partition, records }: OutgoingBatch): Promise<AppendedBatch> {
    identity ??= await newIdentity()
    const { producerId, sequences } = identity
    const key = keyOf({ topic, partition })
    const baseSequence = sequences.get(key) ?? 0
    const sealed = records.seal({ producerId, producerEpoch: 0, baseSequence, transactional: false })
    const body = { topic, partition, batches: sealed.map((batch) => batch.bytes.toString('base64')) }
    try {
      const appended = await twice(() => call<'append', AppendedBatch>('append', body))
      sequences.set(key, nextSequence(baseSequence, records.count))
      return appended
    } catch (error) {
      // Whether it was stored is not known: under its sequence another batch might be taken for it.
      if (error instanceof OutageError) identity = undefined
      throw error
    }
  }

  async function sendAll(batches: readonly OutgoingBatch[]): Promise<AppendedBatch[]> {
    const appended: AppendedBatch[] = []
    for (const batch of batches) appended.push(await append(batch))
    return appended
  }

  return {
    send(batches) {
      const sent = before.then(() => sendAll(batches))
      before = sent.catch(() => {})
      return sent
    },
    async close() {},
  }
}

/** The sequence keeps a batch from being stored twice when only the answer to the first try was lost. */
async function twice<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof OutageError) return work()
    throw error
  }
}

function remoteReader(call: Call, { isolation, maxBytesPerPartition }: ReaderOptions): LogReader {
  let positions: readonly PartitionOffset[] = []
  let paused: ReadonlySet<string> = new Set()
  let waiting: AbortController | undefined
  let isWoken = false
  let isClosed = false

  const wake = () => waiting?.abort()

  async function poll(maxWaitMs: number): Promise<PackedBatch[]> {
    const controller = new AbortController()
    waiting = controller
    const active = positions.filter((position) => !paused.has(keyOf(position)))
    try {
      const body = { positions: active, isolation, maxBytesPerPartition, maxWaitMs: isWoken ? 0 : maxWaitMs }
      return await call('poll', body, controller.signal)
    } catch (error) {
      if (controller.signal.aborted) return []
      throw error
    } finally {
      waiting = undefined
      isWoken = false
    }
  }

  return {
    assign(assigned) {
      positions = assigned
      wake()
    },
    pause(partitions) {
      paused = new Set([...paused, ...partitions.map(keyOf)])
      wake()
    },
    resume(partitions) {
      const resumed = new Set(partitions.map(keyOf))
      paused = new Set([...paused].filter((key) => !resumed.has(key)))
      wake()
    },
    async poll(maxWaitMs) {
      if (isClosed) throw new MillraceError('CLOSED', 'the reader is closed')
      const before = positions
      const batches = (await poll(maxWaitMs)).map(unpackBatch)
      // What was asked for is no longer wanted where the assignment has changed meanwhile.
      if (positions !== before) return []
      const next = new Map(batches.map((batch) => [keyOf(batch), batch.nextOffset]))
      positions = positions.map((position) => ({ ...position, offset: next.get(keyOf(position)) ?? position.offset }))
      return batches
    },
    wakeup() {
      isWoken = true
      wake()
    },
    async close() {
      isClosed = true
      wake()
    },
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}

interface Post {
  readonly owner: LockOwner
  readonly agent: Agent
  readonly path: string
  readonly body: unknown
  readonly signal: AbortSignal | undefined
}

function post<T>({ owner, agent, path, body, signal }: Post): Promise<T> {
  const text = JSON.stringify(body)
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      const message = `process ${owner.pid}, which has the log open, does not answer: ${messageOf(error)}`
      reject(new OutageError('LOG_UNAVAILABLE', message, { cause: error, details: { pid: owner.pid } }))
    }
    const sent = request({ socketPath: owner.socket, agent, path, method: 'POST', headers, signal }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', fail)
      response.on('end', () => {
        try {
          const answer = JSON.parse(Buffer.concat(chunks).toString('utf8'))
          if (response.statusCode === 200) resolve(answer.result)
          else reject(unpackError(answer))
        } catch (error) {
          fail(error)
        }
      })
    })
    sent.on('error', fail)
    sent.end(text)
  })
}
