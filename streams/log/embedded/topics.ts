import type { Clock } from '../../clock'
import { MillraceError, messageOf, TerminalError } from '../../errors'
import type { Logger } from '../../logger'
import type { TopicDescription, TopicPartition, TopicSpec } from '../port'
import type { CompressionType } from '../records'
import { openPartition, type PartitionLog } from './partition'
import type { Storage } from './storage'
import { describedConfig, readSettings } from './topic-settings'

export interface TopicsOptions {
  readonly storage: Storage
  readonly clock: Clock
  readonly logger: Logger
  readonly compression: CompressionType
  onRoll(): void
}

/** The topics of the log and their partitions. */
export interface Topics {
  /** How what is written to them here is packed. */
  readonly compression: CompressionType
  names(): readonly string[]
  describe(name: string): TopicDescription | undefined
  partitions(): readonly PartitionLog[]
  find(partition: TopicPartition): PartitionLog | undefined
  /** @throws TerminalError TOPIC_MISSING (details: topic, partition) */
  partition(partition: TopicPartition): PartitionLog
  /** Nothing happens to a topic that exists. @throws TerminalError CONFIG_INVALID */
  create(spec: TopicSpec): void
  delete(name: string): void
}

interface Declared {
  readonly name: string
  readonly partitions: number
  readonly config: Readonly<Record<string, string>>
}

interface Topic extends Declared {
  readonly logs: readonly PartitionLog[]
}

const root = 'topics'
const legalName = /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/

export function openTopics(options: TopicsOptions): Topics {
  const { storage, compression } = options
  const topics = new Map<string, Topic>()
  for (const name of storage.list(root)) {
    const declared = readDeclaration(storage, name)
    // Without its declaration a folder is what is left of a topic that was being deleted.
    if (declared === undefined) storage.remove(folderOf(name))
    else topics.set(name, open(declared))
  }

  function open(declared: Declared): Topic {
    const { name, partitions, config } = declared
    const settings = readSettings(name, config)
    const logs = Array.from({ length: partitions }, (_, partition) =>
      openPartition({ ...options, topic: name, partition, folder: `${folderOf(name)}/${partition}`, settings }),
    )
    return { ...declared, logs }
  }

  const find = ({ topic, partition }: TopicPartition) => topics.get(topic)?.logs[partition]

  return {
    compression,
    names: () => [...topics.keys()],
    describe(name) {
      const topic = topics.get(name)
      return topic && { name, partitions: topic.partitions, config: describedConfig(topic.config) }
    },
    partitions: () => [...topics.values()].flatMap((topic) => topic.logs),
    find,
    partition({ topic, partition }) {
      const log = find({ topic, partition })
      if (log !== undefined) return log
      throw new TerminalError('TOPIC_MISSING', `there is no ${topic}/${partition} in the log`, {
        details: { topic, partition },
      })
    },
    create({ name, partitions, config = {} }) {
      if (topics.has(name)) return
      assertCreatable(name, partitions)
      const declared: Declared = { name, partitions, config }
      const topic = open(declared)
      storage.replace(declarationOf(name), Buffer.from(JSON.stringify(declared, undefined, 2)))
      storage.sync()
      topics.set(name, topic)
    },
    delete(name) {
      const topic = topics.get(name)
      if (topic === undefined) return
      storage.remove(declarationOf(name))
      topics.delete(name)
      for (const log of topic.logs) log.drop()
      storage.remove(folderOf(name))
    },
  }
}

function folderOf(name: string): string {
  return `${root}/${name}`
}

function declarationOf(name: string): string {
  return `${folderOf(name)}/topic.json`
}

function readDeclaration(storage: Storage, name: string): Declared | undefined {
  const bytes = storage.read(declarationOf(name))
  if (bytes === undefined) return undefined
  try {
    return JSON.parse(bytes.toString('utf8')) as Declared
  } catch (error) {
    const file = declarationOf(name)
    throw new MillraceError('LOG_CORRUPT', `${file} cannot be read: ${messageOf(error)}`, {
      cause: error,
      details: { file, offset: 0 },
    })
  }
}

function assertCreatable(name: string, partitions: number): void {
  const reason = !legalName.test(name)
    ? 'a name has 1 to 249 of the characters a-z, A-Z, 0-9, ".", "_" and "-"'
    : !(Number.isInteger(partitions) && partitions > 0)
      ? `it cannot have ${partitions} partitions`
      : undefined
  if (reason === undefined) return
  throw new TerminalError('CONFIG_INVALID', `topic ${JSON.stringify(name)} cannot be created: ${reason}`, {
    details: { topic: name },
  })
}
