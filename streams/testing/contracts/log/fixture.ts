import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type {
  FetchedBatch,
  GroupMetadata,
  IsolationLevel,
  Log,
  LogReader,
  LogRecord,
  OutgoingBatch,
  PartitionOffset,
  Records,
  TopicPartition,
} from '../../../log/port'
import { recordsBuffer } from '../../../log/records'

export interface LogSubject {
  readonly log: Log
  /** Closes the log and opens it anew on what it has stored. Absent where nothing is stored. */
  readonly reopen?: () => Promise<Log>
  /** Closes the log, or the one that `reopen` gave last. */
  close(): Promise<void>
}

export interface LogFixture {
  readonly log: Log
  readonly reopen: (() => Promise<Log>) | undefined
  /** Creates a topic of its own for a test and gives its name. */
  topic(partitions?: number, config?: Readonly<Record<string, string>>): Promise<string>
}

export interface Given {
  readonly key?: Buffer | null
  readonly value?: Buffer | null
  readonly timestamp?: number
  readonly headers?: LogRecord['headers']
}

/** Generous: a real cluster behind a slow machine must pass too. */
export const testTimeoutMs = 90_000
export const someTime = 1_700_000_000_000
/** For offsets that no member commits. */
export const noGroup: GroupMetadata = { groupId: 'none', memberId: '', generation: -1 }

const attempts = 120
const pauseMs = 250

export function logFixture(open: () => Promise<LogSubject>): LogFixture {
  let subject: LogSubject | undefined
  let log: Log | undefined

  beforeAll(async () => {
    subject = await open()
    log = subject.log
  }, testTimeoutMs)
  afterAll(() => subject?.close(), testTimeoutMs)

  return {
    get log() {
      return log!
    },
    get reopen() {
      const reopen = subject?.reopen
      return reopen && (async () => (log = await reopen()))
    },
    async topic(partitions = 1, config = {}) {
      const name = uniqueName('topic')
      await log!.admin.createTopics([{ name, partitions, config: { 'retention.ms': '-1', ...config } }])
      return name
    },
  }
}

export function uniqueName(kind: string): string {
  return `contract-${kind}-${randomUUID()}`
}

export function batch(topic: string, partition: number, records: readonly (string | Given)[]): OutgoingBatch {
  const buffer = recordsBuffer()
  for (const record of records) {
    const { key = null, value = null, timestamp = someTime, headers = [] } = given(record)
    buffer.append(key, value, timestamp, headers)
  }
  return { topic, partition, records: buffer }
}

function given(record: string | Given): Given {
  return typeof record === 'string' ? { value: Buffer.from(record) } : record
}

export async function send(log: Log, ...batches: readonly OutgoingBatch[]) {
  const producer = await log.producer({ clientId: 'contract' })
  const appended = await producer.send(batches)
  await producer.close()
  return appended
}

export function startOf(topic: string, ...partitions: readonly number[]): PartitionOffset[] {
  return (partitions.length === 0 ? [0] : partitions).map((partition) => ({ topic, partition, offset: 0 }))
}

/** Polls until what was found is enough. Fails, showing what was found, when it never is. */
export async function pollUntil(
  reader: LogReader,
  enough: (batches: readonly FetchedBatch[]) => boolean,
): Promise<readonly FetchedBatch[]> {
  const found: FetchedBatch[] = []
  for (let attempt = 0; attempt < attempts; attempt++) {
    found.push(...(await reader.poll(pauseMs)))
    if (enough(found)) return found
  }
  throw new Error(`found only ${JSON.stringify(found.flatMap(valuesOf))} in ${attempts} polls`)
}

export function pollRecords(reader: LogReader, count: number): Promise<readonly FetchedBatch[]> {
  return pollUntil(reader, (batches) => batches.flatMap((each) => [...each.records]).length >= count)
}

/** Reads one partition up to its end as read_committed sees it. */
export async function readAll(log: Log, partition: TopicPartition, isolation: IsolationLevel = 'read_committed') {
  const [end] = await log.admin.offsets([partition], 'latest')
  if (end!.offset === 0) return []
  const reader = await log.reader({ isolation })
  reader.assign([{ ...partition, offset: 0 }])
  const batches = await pollUntil(reader, (found) => (found.at(-1)?.nextOffset ?? 0) >= end!.offset)
  await reader.close()
  return batches.flatMap((each) => [...each.records])
}

export function valuesOf({ records }: { readonly records: Records }): (string | undefined)[] {
  return records.map((record) => record.value?.toString())
}

/** Tries until the check passes, and fails as the last try did. */
export async function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await check()
    } catch (error) {
      if (attempt === attempts) throw error
      await sleep(pauseMs)
    }
  }
}
