/**
 * How fast stores are. `npx tsx --conditions=source streams/bench/stores.ts [operations]`
 *
 * Each line is one pass over the operations with a commit (drain and persist) every 5,000: the time of the operations, commits
 * included, the processor time of all threads (which says more on a busy machine), and the memory of the process afterwards.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Serde } from '../serdes/serde'
import {
  type AnyStoreDeclaration,
  type KeyValueStore,
  keyValueStore,
  levelStateDirectory,
  type ManagedStore,
  memoryStateDirectory,
  openStore,
  type SessionStore,
  type StateDirectory,
  type StoreContext,
  sessionStore,
  type TimestampedKeyValueStore,
  timestampedKeyValueStore,
  type VersionedStore,
  versionedStore,
  type WindowStore,
  windowStore,
} from '../stores'

interface State {
  readonly orderId: string
  readonly status: string
  readonly count: number
  readonly note: string
}

const OPERATIONS = Number(process.argv[2] ?? 1_000_000)
const KEYS = 100_000
const COMMIT_EVERY = 5_000

const text: Serde<string> = {
  name: 'string',
  nullable: false,
  open: () => ({ encode: (value: string) => Buffer.from(value), decode: (bytes: Buffer | null) => bytes!.toString() }),
}
const json: Serde<State> = {
  name: 'json',
  nullable: false,
  open: () => ({
    encode: (value: State) => Buffer.from(JSON.stringify(value)),
    decode: (bytes: Buffer | null) => JSON.parse(bytes!.toString()) as State,
  }),
}
const serdes = { key: text, value: json }

/** Keys in an order that visits all of them and looks random. */
const keyAt = (at: number) => `order-${(at * 7919) % KEYS}`
const stateOf = (key: string, count: number): State => ({
  orderId: key,
  status: 'confirmed',
  count,
  note: 'x'.repeat(100),
})
/** 10 ms a record. */
const timeAt = (at: number) => 1_700_000_000_000 + at * 10

type Operation = (view: never, at: number) => void

function getAndPut(view: KeyValueStore<string, State>, at: number): void {
  const key = keyAt(at)
  view.put(key, stateOf(key, (view.get(key)?.count ?? 0) + 1))
}

function getAndPutTimestamped(view: TimestampedKeyValueStore<string, State>, at: number): void {
  const key = keyAt(at)
  view.put(key, { value: stateOf(key, (view.get(key)?.value.count ?? 0) + 1), timestamp: timeAt(at) })
}

function tumbling(view: WindowStore<string, State>, at: number): void {
  const key = keyAt(at)
  const start = timeAt(at) - (timeAt(at) % 60_000)
  view.put(key, stateOf(key, (view.fetch(key, start)?.count ?? 0) + 1), start)
}

/** As one side of a stream-stream join does: it puts a record and looks for partners. */
function joining(view: WindowStore<string, State>, at: number): void {
  const key = keyAt(at >> 1)
  for (const { value } of view.fetchRange(key, timeAt(at) - 60_000, timeAt(at) + 60_000))
    if (value.count < 0) throw new Error()
  view.put(key, stateOf(key, at), timeAt(at))
}

function sessions(view: SessionStore<string, State>, at: number): void {
  const key = keyAt(at % 20_000)
  const time = timeAt(at)
  let start = time
  let count = 1
  for (const session of view.findSessions(key, time - 150_000, time + 150_000)) {
    start = Math.min(start, session.key.window.start)
    count += session.value.count
    view.remove(session.key)
  }
  view.put({ key, window: { start, end: time } }, stateOf(key, count % 1000))
}

function versions(view: VersionedStore<string, State>, at: number): void {
  const key = keyAt(at)
  view.get(key, timeAt(at) - 1000)
  view.put(key, stateOf(key, at), timeAt(at))
}

const minutes = 60_000
interface Case {
  readonly name: string
  readonly declaration: AnyStoreDeclaration
  readonly operation: Operation
  /** Default: room for all that the operations come back to. */
  readonly cacheBytes?: number
}

const cases: readonly Case[] = [
  { name: 'key-value: get, put', declaration: keyValueStore('kv', serdes), operation: getAndPut },
  { name: 'uncached: get, put', declaration: keyValueStore('kv', serdes), operation: getAndPut, cacheBytes: 0 },
  {
    name: 'timestamped: get, put',
    declaration: timestampedKeyValueStore('tkv', serdes),
    operation: getAndPutTimestamped,
  },
  {
    name: 'window: fetch, put (tumbling)',
    declaration: windowStore('tumbling', { ...serdes, windowSizeMs: minutes, retentionMs: 10 * minutes }),
    operation: tumbling,
  },
  {
    name: 'window: fetch range, put (join)',
    declaration: windowStore('join', {
      ...serdes,
      windowSizeMs: 2 * minutes,
      retentionMs: 3 * minutes,
      retainDuplicates: true,
    }),
    operation: joining,
  },
  {
    name: 'session: find, remove, put',
    declaration: sessionStore('session', { ...serdes, retentionMs: 10 * minutes }),
    operation: sessions,
  },
  {
    name: 'versioned: get as of, put',
    declaration: versionedStore('versioned', { ...serdes, historyRetentionMs: 10 * minutes }),
    operation: versions,
  },
]

async function open(
  { declaration, cacheBytes = 256 * 2 ** 20 }: Case,
  directory: StateDirectory,
): Promise<ManagedStore> {
  const context: StoreContext = {
    currentTimestamp: () => 0,
    changelogTopic: 'changelog',
    openKey: (serde) => serde.open({ topic: 'changelog', role: 'key' }),
    openValue: (serde) => serde.open({ topic: 'changelog', role: 'value' }),
  }
  return openStore(declaration, await directory.open('0_0', declaration.name), context, { cacheBytes })
}

async function run(name: string, store: ManagedStore, operation: Operation, operations: number): Promise<void> {
  const began = now()
  let commits = 0
  let position = store.position ?? 0
  for (let at = 0; at < operations; at++) {
    operation(store.view as never, at)
    if ((at + 1) % COMMIT_EVERY !== 0) continue
    const commitBegan = performance.now()
    position += store.drainChanges().length
    await store.persist(position)
    commits += performance.now() - commitBegan
  }
  report(name, operations, began, commits)
}

const now = () => ({ ms: performance.now(), cpu: process.cpuUsage() })

function report(name: string, operations: number, began: ReturnType<typeof now>, commits: number): void {
  const ms = performance.now() - began.ms
  const cpu = process.cpuUsage(began.cpu)
  const each = (microseconds: number) => (microseconds / operations).toFixed(2).padStart(6)
  const rate = Math.round(operations / ms)
  const memory = Math.round(process.memoryUsage().rss / 2 ** 20)
  console.log(
    `${name.padEnd(40)} ${String(rate).padStart(5)}k/s  µs each: wall ${each(ms * 1000)}, commits ${each(commits * 1000)}, cpu ${each(cpu.user + cpu.system)}  rss ${memory} MB`,
  )
}

async function iterate(name: string, store: ManagedStore): Promise<void> {
  const view = store.view as KeyValueStore<string, State>
  const began = now()
  let count = 0
  for (const _ of view.all()) count++
  report(`${name}: all`, count, began, 0)
  const rangesBegan = now()
  for (let at = 0; at < 5000; at++) for (const _ of view.range(keyAt(at), keyAt(at))) count++
  report(`${name}: range of one`, 5000, rangesBegan, 0)
}

async function main(): Promise<void> {
  const path = await mkdtemp(join(tmpdir(), 'millrace-bench-'))
  const directories: Readonly<Record<string, StateDirectory>> = {
    memory: memoryStateDirectory(),
    level: levelStateDirectory(path, 'bench'),
  }
  const only = process.argv[3]
  for (const [kind, directory] of Object.entries(directories)) {
    for (const measured of cases) {
      const { name, declaration, operation } = measured
      if (only !== undefined && !`${kind} ${name}`.includes(only)) continue
      const store = await open(measured, directory)
      await run(`${kind} ${name}`, store, operation, OPERATIONS)
      if (declaration.kind === 'key-value' && measured.cacheBytes === undefined)
        await iterate(`${kind} key-value`, store)
      await store.close()
      await directory.wipe('0_0')
    }
  }
  await directories.level!.close()
  await rm(path, { recursive: true, force: true })
}

void main()
