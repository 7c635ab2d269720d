import { systemClock } from '../../clock'
import { stream } from '../../dsl/stream'
import { changelogTopic } from '../../graph/names'
import { topology } from '../../graph/topology'
import type { Log, LogRecord } from '../../log/port'
import { json, string } from '../../serdes'
import { keyValueStore } from '../../stores'
import type { StateDirectory, StoreBackend } from '../../stores/backend'
import { foldChangelog } from '../../stores/fold'
import { differences, storedEntries } from '../../stores/raw'
import { topic } from '../../topics'
import { openTopicWriter } from '../../worker/topic-writer'

export const PARTITIONS = 2

/** One more for its key, with a number of its own. */
export interface Counted {
  readonly id: number
  readonly total: number
}

export const inputs = topic('inputs', { key: string, value: json<number>(), partitions: PARTITIONS })
export const outputs = topic('outputs', { key: string, value: json<Counted>(), partitions: PARTITIONS })
export const counts = keyValueStore('counts', { key: string, value: json<number>() })

/** Counts by key, and puts out each input once, with the count it came to: an effect lost or doubled can be seen. */
export const counting = topology('counting', [
  stream(inputs)
    .process<string, Counted, readonly [typeof counts]>(
      (context) => ({
        process({ key, value: id, timestamp, headers }) {
          const total = (context.store(counts).get(key) ?? 0) + 1
          context.store(counts).put(key, total)
          context.forward({ key, value: { id, total }, timestamp, headers })
        },
      }),
      { stores: [counts] },
    )
    .to(outputs),
])

export const keyOf = (id: number) => `key-${id % 5}`

/** Writes inputs with these numbers, in their order. */
export async function write(log: Log, from: number, to: number): Promise<void> {
  const writer = await openTopicWriter({ log, topic: inputs, clientId: 'test', clock: systemClock })
  await Promise.all(Array.from({ length: to - from }, (_, index) => writer.write(keyOf(from + index), from + index)))
  await writer.close()
}

/** What is committed in a partition. */
export async function recordsOf(log: Log, name: string, partition: number): Promise<readonly LogRecord[]> {
  const at = [{ topic: name, partition }]
  const [end] = await log.admin.offsets(at, 'latest')
  const reader = await log.reader({ isolation: 'read_committed' })
  reader.assign(await log.admin.offsets(at, 'earliest'))
  const records: LogRecord[] = []
  for (let next = 0; next < end!.offset; ) {
    for (const batch of await reader.poll(10)) {
      records.push(...batch.records)
      next = batch.nextOffset
    }
  }
  await reader.close()
  return records
}

/** What has been put out, in the order of each key. */
export async function counted(log: Log): Promise<ReadonlyMap<string, readonly Counted[]>> {
  const byKey = new Map<string, Counted[]>()
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    for (const { key, value } of await recordsOf(log, 'outputs', partition)) {
      byKey.set(`${key}`, [...(byKey.get(`${key}`) ?? []), JSON.parse(`${value}`) as Counted])
    }
  }
  return byKey
}

/** Where a store differs from the fold of its changelog, up to where it says it stands; nobody may have it open. */
export async function unfolded(log: Log, state: StateDirectory): Promise<readonly string[]> {
  const found: string[] = []
  for (const task of await state.tasks()) {
    const backend = await openClosed(state, task)
    const position = backend.position() ?? 0
    const changelog = await recordsOf(log, changelogTopic('counting', 'counts'), Number(task.split('_')[1]))
    const folded = foldChangelog(
      counts,
      changelog.filter(({ offset }) => offset < position),
    )
    for (const { kind, entry } of differences(storedEntries(counts, backend), folded))
      found.push(`${task}: ${kind} ${entry.key}=${entry.value}, at ${position}`)
    await backend.close()
  }
  return found
}

/** Who was not given the time to close in order may still be about to. @throws MillraceError STATE_LOCKED: it was left open */
async function openClosed(state: StateDirectory, task: string): Promise<StoreBackend> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await state.open(task, 'counts')
    } catch (error) {
      if (tries === 500) throw error
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }
}

/** Whether all inputs have taken effect for good. */
export async function isDone(log: Log): Promise<boolean> {
  const all = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic: 'inputs', partition }))
  const ends = await log.admin.offsets(all, 'latest')
  const committed = await log.admin.committedOffsets('counting', all)
  return ends.every(
    ({ partition, offset }) =>
      offset === 0 || committed.some((own) => own.partition === partition && own.offset >= offset),
  )
}
