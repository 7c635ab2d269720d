/** What the verifier judges by: topics and state directories, read after every process has stopped. */
import { join } from 'node:path'
import {
  deadLetterTopic,
  foldChangelog,
  type Log,
  type LogRecord,
  levelStateDirectory,
  MillraceError,
  messageOf,
  type StoreEntry,
  storedEntries,
  type TopicPartition,
} from 'millrace'
import type { Codec } from '../codec'
import type { Command, Effect, Flow } from '../flow'
import { readTopic } from '../read'

export interface InputRecord extends TopicPartition {
  readonly offset: number
  readonly key: string
  readonly bytes: Buffer | null
  /** Undefined for poison. */
  readonly command: Command | undefined
}

export interface EffectRecord {
  readonly key: string
  readonly effect: Effect
}

/** One copy of one store in one worker's directory. */
export interface StoreCopy {
  readonly directory: string
  readonly task: string
  readonly store: string
  readonly partition: number
  readonly position: number
  readonly entries: readonly StoreEntry[]
}

export interface Evidence {
  /** By partition. */
  readonly input: readonly (readonly InputRecord[])[]
  readonly effects: readonly (readonly EffectRecord[])[]
  readonly deadLetters: readonly LogRecord[]
  readonly changelogs: ReadonlyMap<string, readonly (readonly LogRecord[])[]>
  /** Where what is left of each changelog begins, by store and partition: records before it were deleted. */
  readonly beginnings: ReadonlyMap<string, readonly number[]>
  readonly regrouped: readonly (readonly LogRecord[])[]
  readonly copies: readonly StoreCopy[]
  /** Copies that cannot be opened, with the reason: the worker would rebuild them. */
  readonly damaged: readonly string[]
}

export interface EvidenceOptions {
  readonly log: Log
  readonly flow: Flow
  readonly codec: Codec
  readonly stateDirs: readonly string[]
}

export async function gather({ log, flow, codec, stateDirs }: EvidenceOptions): Promise<Evidence> {
  const { topology, commands, effects, regrouped } = flow
  const changelogs = new Map<string, readonly (readonly LogRecord[])[]>()
  const beginnings = new Map<string, readonly number[]>()
  for (const { name } of [flow.tallies, flow.groups]) {
    const topic = `${topology.name}-${name}-changelog`
    const partitions = await readTopic(log, topic)
    const all = partitions.map((_, partition) => ({ topic, partition }))
    const earliest = await log.admin.offsets(all, 'earliest')
    const offsetOf = (place: TopicPartition) =>
      earliest.find(({ partition }) => partition === place.partition)?.offset ?? 0
    changelogs.set(name, partitions)
    beginnings.set(name, all.map(offsetOf))
  }
  const stores = await gatherStores(flow, stateDirs)
  return {
    input: (await readTopic(log, commands.name)).map((records, partition) =>
      records.map(({ offset, key, value }) => {
        const command = value === null ? undefined : commandIn(value, codec)
        return { topic: commands.name, partition, offset, key: String(key), bytes: value, command }
      }),
    ),
    effects: (await readTopic(log, effects.name)).map((records) =>
      records.map(({ key, value }) => ({ key: String(key), effect: JSON.parse(String(value)) as Effect })),
    ),
    deadLetters: (await readTopic(log, deadLetterTopic(commands.name))).flat(),
    changelogs,
    beginnings,
    regrouped: await readTopic(log, regrouped),
    ...stores,
  }
}

function commandIn(bytes: Buffer, codec: Codec): Command | undefined {
  const command = codec.decode(bytes)
  return command?.refuse === true ? undefined : command
}

async function gatherStores(flow: Flow, stateDirs: readonly string[]) {
  const found: StoresIn[] = []
  for (const directory of stateDirs) found.push(await copiesIn(flow, directory))
  return { copies: found.flatMap(({ copies }) => copies), damaged: found.flatMap(({ damaged }) => damaged) }
}

type StoresIn = Pick<Evidence, 'copies' | 'damaged'>

/** What lies in one worker's directory, which nobody may have open. */
export async function copiesIn(flow: Flow, directory: string): Promise<StoresIn> {
  const copies: StoreCopy[] = []
  const damaged: string[] = []
  const state = levelStateDirectory(directory, flow.topology.name)
  for (const task of await state.tasks()) {
    const [sub, partition] = task.split('_').map(Number) as [number, number]
    for (const declaration of flow.topology.subTopologies[sub]!.stores) {
      try {
        const backend = await state.open(task, declaration.name)
        try {
          const entries = [...storedEntries(declaration, backend)].map(copied)
          const position = backend.position() ?? 0
          copies.push({ directory, task, store: declaration.name, partition, position, entries })
        } finally {
          await backend.close()
        }
      } catch (error) {
        if (!(error instanceof MillraceError) || error.code !== 'STATE_CORRUPT') throw error
        damaged.push(`${join(directory, task, declaration.name)}: ${messageOf(error)}`)
      }
    }
  }
  await state.close()
  return { copies, damaged }
}

/** What a back end hands out may be a view of memory that goes with it. */
const copied = (entry: StoreEntry): StoreEntry => ({
  ...entry,
  key: Buffer.from(entry.key),
  value: Buffer.from(entry.value),
})

export function foldTo(
  flow: Flow,
  evidence: Evidence,
  { store, partition }: { store: string; partition: number },
  end: number,
) {
  const declaration = store === flow.tallies.name ? flow.tallies : flow.groups
  const records = evidence.changelogs.get(store)?.[partition] ?? []
  return foldChangelog(
    declaration,
    records.filter(({ offset }) => offset < end),
  )
}
