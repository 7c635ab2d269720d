/**
 * Synchronous ranges over level. classic-level reads single keys synchronously but walks ranges by promise only, and the
 * record path must not wait for one. So a helper thread holds the same databases open (`multithreading`), reads in
 * chunks, and this thread sleeps until a chunk is there. A round trip takes some tens of microseconds and more: stores
 * are laid out so that the record path reads by key, and ranges are for what really is one.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { MillraceError, OutageError } from '../errors'
import type { ByteEntry, ByteRange } from './backend'
import { toId } from './bytes'
import { levelError } from './level-errors'
import { LEVEL_RANGES_WORKER } from './level-ranges-worker'

export interface LevelRanges {
  /** The range as of the call. The database must be open in this process with `multithreading`. */
  entries(location: string, range: ByteRange): Iterable<ByteEntry>
  /** Exact for small ranges, estimated by size for large ones. */
  count(location: string, range: ByteRange): number
  /** Lets go of a database, which can be closed for good only then. */
  release(location: string): void
  close(): Promise<void>
}

interface Answer {
  readonly id: number
  readonly done?: boolean
  readonly packed?: ArrayBuffer
  readonly count?: number
  readonly error?: { readonly message: string; readonly code?: string }
}

interface Helper {
  readonly worker: Worker
  readonly port: MessagePort
  readonly answered: Int32Array
  /** Databases it may have open. */
  readonly locations: Set<string>
}

/** Most ranges are short: the first chunk is small, so that it comes soon. */
const FIRST_CHUNK = { entries: 32, bytes: 16 * 1024 }
const CHUNK = { entries: 2000, bytes: 256 * 1024 }
const COUNT_EXACTLY_UP_TO = 10_000
const ANSWER_TIMEOUT_MS = 60_000

/** A range that outlives its store is broken off rather than cut short without a word. */
function closed(location: string): MillraceError {
  return new MillraceError('STORE_CLOSED', `The store in ${location} is closed.`, { details: { directory: location } })
}

function silent(location: string): OutageError {
  return new OutageError(
    'STATE_UNAVAILABLE',
    `State directory ${location} did not answer in ${ANSWER_TIMEOUT_MS} ms.`,
    {
      details: { directory: location },
    },
  )
}

/** The helper thread is started with the first range and does not keep the process alive. */
export function levelRanges(): LevelRanges {
  let helper: Helper | undefined
  let lastId = 0

  function started(): Helper {
    if (helper !== undefined) return helper
    const begun = startHelper()
    begun.worker.on('exit', () => {
      if (helper === begun) helper = undefined
    })
    helper = begun
    return begun
  }

  /** Sends a request and sleeps until its answer is there. */
  function ask(location: string, request: Readonly<Record<string, unknown>>): Answer {
    const { port, answered, locations } = started()
    locations.add(location)
    const id = ++lastId
    port.postMessage({ id, location, ...request })
    for (;;) {
      const seen = Atomics.load(answered, 0)
      const answer = answerTo(id, port)
      if (answer?.error !== undefined) {
        throw levelError(Object.assign(new Error(answer.error.message), { code: answer.error.code }), location)
      }
      if (answer !== undefined) return answer
      if (Atomics.wait(answered, 0, seen, ANSWER_TIMEOUT_MS) === 'timed-out') throw silent(location)
    }
  }

  function* walk(location: string, first: Answer, owner: Helper | undefined): Generator<ByteEntry> {
    const attached = () => helper === owner && owner?.locations.has(location) === true
    let answer = first
    try {
      for (;;) {
        yield* unpack(answer.packed!)
        if (answer.done) return
        if (!attached()) throw closed(location)
        answer = ask(location, { kind: 'next', cursor: first.id, chunk: CHUNK })
      }
    } finally {
      if (!answer.done && attached()) ask(location, { kind: 'end', cursor: first.id })
    }
  }

  return {
    entries(location, range) {
      const first = ask(location, { kind: 'open', range: idRange(range), chunk: FIRST_CHUNK })
      return walk(location, first, helper)
    },
    count: (location, range) =>
      ask(location, { kind: 'count', range: idRange(range), limit: COUNT_EXACTLY_UP_TO }).count!,
    release(location) {
      if (helper?.locations.delete(location)) {
        ask(location, { kind: 'release' })
        helper.locations.delete(location)
      }
    },
    async close() {
      const closing = helper
      helper = undefined
      closing?.port.close()
      await closing?.worker.terminate()
    },
  }
}

function startHelper(): Helper {
  const { port1, port2 } = new MessageChannel()
  const answered = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(LEVEL_RANGES_WORKER, {
    eval: true,
    workerData: { classicLevel: require.resolve('classic-level'), port: port2, answered },
    transferList: [port2],
    // The helper needs none of what the process was started with (loaders, inspectors).
    execArgv: [],
  })
  worker.unref()
  return { worker, port: port1, answered, locations: new Set() }
}

/** Passes over answers that came after their time. */
function answerTo(id: number, port: MessagePort): Answer | undefined {
  for (;;) {
    const received = receiveMessageOnPort(port) as { readonly message: Answer } | undefined
    if (received === undefined || received.message.id === id) return received?.message
  }
}

function* unpack(packed: ArrayBuffer): Generator<ByteEntry> {
  const bytes = Buffer.from(packed)
  let at = 0
  while (at < bytes.length) {
    const keyAt = at + 8
    const valueAt = keyAt + bytes.readUInt32LE(at)
    const end = valueAt + bytes.readUInt32LE(at + 4)
    yield { key: bytes.subarray(keyAt, valueAt), value: bytes.subarray(valueAt, end) }
    at = end
  }
}

/** Small buffers are slices of a shared pool, which a message would copy whole; a string carries the bytes alone. */
function idRange({ from, to, reverse = false }: ByteRange) {
  return { from: from && toId(from), to: to && toId(to), reverse }
}
