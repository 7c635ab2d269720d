import { type Clock, systemClock } from '../clock'
import { FencedError, OutageError, TerminalError } from '../errors'
import type { Log, LogReader, TransactionalProducer } from '../log/port'
import { recordsBuffer } from '../log/records'
import { type LocalRegistry, localRegistry } from './local'
import type { ServedRegistry } from './served'
import type { RegistryEntry } from './state'

export interface LogRegistry extends ServedRegistry {
  refresh(): Promise<void>
  close(): Promise<void>
}

export interface LogRegistryOptions {
  /** Default `_millrace-schemas`. */
  readonly topic?: string
  readonly clock?: Clock
}

const POLL_MS = 500
const RETRY_MS = 50
const ATTEMPTS = 100

/**
 * A registry whose entries are a topic of one partition, for applications on a Kafka that has no registry of its own: all
 * processes that open it share one set of ids. Writers take turns by a transactional id: who opens it fences who had it,
 * so an id is given once.
 * @throws OutageError REGISTRY_UNAVAILABLE
 */
export async function openLogRegistry(log: Log, options: LogRegistryOptions = {}): Promise<LogRegistry> {
  const { topic = '_millrace-schemas', clock = systemClock } = options
  await log.admin.createTopics([
    {
      name: topic,
      partitions: 1,
      config: { 'cleanup.policy': 'delete', 'retention.ms': '-1', 'retention.bytes': '-1' },
    },
  ])
  const reader = await log.reader({ isolation: 'read_committed' })
  reader.assign([{ topic, partition: 0, offset: 0 }])
  let entries: readonly RegistryEntry[] = []
  let local: LocalRegistry = localRegistry({ entries, record: () => undefined })
  let position = 0
  let turn: Promise<unknown> = Promise.resolve()

  /** One at a time: the reader and the transactional id are shared. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const own = turn.then(work, work)
    turn = own.catch(() => undefined)
    return own
  }
  async function catchUp(): Promise<void> {
    const read = await readTo(log, reader, { topic, position })
    position = read.position
    if (read.entries.length === 0) return
    entries = [...entries, ...read.entries]
    local = localRegistry({ entries, record: () => undefined })
  }
  /** Changes it as if it were ours alone, and gives what has to be written for it to be so. */
  function draft<T>(change: (registry: LocalRegistry) => T) {
    const drafted: RegistryEntry[] = []
    const result = change(localRegistry({ entries, record: (entry) => drafted.push(entry) }))
    return { result, drafted }
  }
  async function write(producer: TransactionalProducer, drafted: readonly RegistryEntry[]): Promise<void> {
    const records = recordsBuffer()
    for (const entry of drafted) records.append(null, Buffer.from(JSON.stringify(entry), 'utf8'), clock.now(), [])
    await producer.send([{ topic, partition: 0, records }])
    await producer.commit([], { groupId: topic, memberId: '', generation: -1 })
  }
  async function changeOnce<T>(change: (registry: LocalRegistry) => T): Promise<T> {
    const producer = await log.transactionalProducer({ transactionalId: topic, timeoutMs: 10_000 })
    try {
      await catchUp()
      const { result, drafted } = draft(change)
      if (drafted.length > 0) await write(producer, drafted)
      return result
    } finally {
      await producer.close()
    }
  }
  function changed<T>(change: (registry: LocalRegistry) => T): Promise<T> {
    return inTurn(async () => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          const result = await changeOnce(change)
          await catchUp()
          return result
        } catch (error) {
          if (error instanceof TerminalError || attempt === ATTEMPTS) throw error
          if (!(error instanceof FencedError)) throw unavailable(topic, error)
          await clock.sleep(RETRY_MS)
        }
      }
    })
  }

  await inTurn(catchUp)
  return {
    register: (subject, schema, options) => {
      const known = local.find(subject, schema, options)
      if (known !== undefined && options?.id === undefined) return known.id
      return changed((registry) => registry.register(subject, schema, options))
    },
    setLevel: (level, subject) => changed((registry) => registry.setLevel(level, subject)),
    setMode: (mode, subject, force) => changed((registry) => registry.setMode(mode, subject, force)),
    deleteSubject: (subject, permanent) => changed((registry) => registry.deleteSubject(subject, permanent)),
    deleteVersion: (subject, version, permanent) =>
      changed((registry) => registry.deleteVersion(subject, version, permanent)),
    refresh: () => inTurn(catchUp),
    subjects: (deleted) => local.subjects(deleted),
    versions: (subject, deleted) => local.versions(subject, deleted),
    usesOf: (id, deleted) => local.usesOf(id, deleted),
    referencedBy: (subject, version) => local.referencedBy(subject, version),
    find: (subject, schema, options) => local.find(subject, schema, options),
    violations: (subject, schema, versions, options) => local.violations(subject, schema, versions, options),
    level: (subject) => local.level(subject),
    ownLevel: (subject) => local.ownLevel(subject),
    mode: (subject) => local.mode(subject),
    ownMode: (subject) => local.ownMode(subject),
    schemaById: (id) => {
      try {
        return local.schemaById(id)
      } catch {
        return inTurn(async () => {
          await catchUp()
          return local.schemaById(id)
        })
      }
    },
    close: async () => {
      await turn
      await reader.close()
    },
  }
}

interface Read {
  readonly entries: readonly RegistryEntry[]
  readonly position: number
}

async function readTo(
  log: Log,
  reader: LogReader,
  from: { readonly topic: string; readonly position: number },
): Promise<Read> {
  const { topic } = from
  try {
    const [end] = await log.admin.offsets([{ topic, partition: 0 }], 'latest')
    const entries: RegistryEntry[] = []
    let { position } = from
    while (position < (end?.offset ?? 0)) {
      for (const batch of await reader.poll(POLL_MS)) {
        for (const { value } of batch.records)
          if (value !== null) entries.push(JSON.parse(value.toString('utf8')) as RegistryEntry)
        position = batch.nextOffset
      }
    }
    return { entries, position }
  } catch (error) {
    throw unavailable(topic, error)
  }
}

function unavailable(topic: string, cause: unknown): OutageError {
  return new OutageError(
    'REGISTRY_UNAVAILABLE',
    `the schemas in topic ${topic} cannot be read or written: ${(cause as Error).message}`,
    { cause },
  )
}
