/** Answers from the stores of other members, over HTTP: `POST /query`, which answers for itself and never asks on. */
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { elapsed } from '../../clock'
import { MillraceError, messageOf } from '../../errors'
import { count } from '../counters'
import type { StoreCodec, WireItem } from './codec'
import { fromWire, storeUnavailable, type WireError } from './errors'
import type { PartitionAnswer, PartitionAsk } from './here'
import type { QueryPlace } from './host'
import { askHttp } from './http'
import type { AnsweredBy, StoreItem } from './query'

/** What one member asks another. */
export interface WireAsk {
  readonly store: string
  readonly partition: number
  readonly query: Readonly<Record<string, unknown>>
  readonly atLeast: readonly { readonly topic: string; readonly partition: number; readonly offset: number }[]
  readonly allowStandby: boolean
  /** ms for which positions are waited for. */
  readonly timeoutMs: number
}

/** The answer is one of these a line: who answers, then entries, then the end or what went wrong. */
export type WireLine =
  | { readonly by: AnsweredBy; readonly count?: number }
  | { readonly items: readonly WireItem[] }
  | { readonly end: true }
  | { readonly error: WireError }

export interface ThereOptions {
  /** `host:port` */
  readonly endpoint: string
  readonly token?: string
}

/** Beyond what the other member may wait, for the way there and back. */
const GRACE_MS = 1_000
/** An answer that has begun does not stand still for longer. */
const SILENCE_MS = 10_000

/** @throws OutageError STORE_UNAVAILABLE; MillraceError as the other member throws it */
export async function answerThere(
  host: QueryPlace,
  ask: PartitionAsk,
  options: ThereOptions,
): Promise<PartitionAnswer> {
  const { placed } = ask
  const codec = await placed.codec()
  const gone = new AbortController()
  const close = () => gone.abort()
  count(host.counts.forwarded, placed.declaration.name)
  try {
    const now = elapsed(host.clock)
    const patience = Math.max(0, (ask.giveUpAt ?? Math.max(now, ask.deadline) + GRACE_MS) - now)
    const { lines, head } = await inTime(host, patience, gone, async () => {
      const answer = await request(host, { ask, options, codec, gone })
      return { lines: answer, head: await answer.next() }
    })
    if (head.done || !('by' in head.value)) throw broken(ask, options, 'it gave no answer')
    const { by, count } = head.value
    const named = { ...by, member: options.endpoint }
    return {
      by: named,
      ...(count !== undefined && { count }),
      pieces: pieces(lines, { ask, options, codec, close }),
      close,
    }
  } catch (error) {
    close()
    throw error
  }
}

interface Asking {
  readonly ask: PartitionAsk
  readonly options: ThereOptions
  readonly codec: StoreCodec
}

async function request(
  host: QueryPlace,
  { ask, options, codec, gone }: Asking & { readonly gone: AbortController },
): Promise<AsyncGenerator<WireLine, undefined>> {
  const { endpoint, token } = options
  const left = Math.max(0, ask.deadline - elapsed(host.clock))
  const body: WireAsk = {
    store: ask.placed.declaration.name,
    partition: ask.partition,
    query: codec.encodeQuery(ask.query),
    atLeast: ask.bounds,
    allowStandby: ask.allowStandby,
    timeoutMs: left,
  }
  try {
    const response = await askHttp({
      endpoint,
      method: 'POST',
      path: '/query',
      body: JSON.stringify(body),
      token,
      signal: gone.signal,
    })
    if (response.statusCode !== 200) throw await refusal(response, ask, options)
    return linesOf(response, { ask, options, next: (read) => inTime(host, SILENCE_MS, gone, read) })
  } catch (error) {
    throw error instanceof MillraceError ? error : unreachable(ask, options, error)
  }
}

/** Ends the request when what is waited for has not come in time. */
async function inTime<T>(host: QueryPlace, ms: number, gone: AbortController, run: () => Promise<T>): Promise<T> {
  const over = new AbortController()
  void host.clock.sleep(ms, over.signal).then(() => over.signal.aborted || gone.abort())
  try {
    return await run()
  } finally {
    over.abort()
  }
}

async function refusal(response: IncomingMessage, ask: PartitionAsk, options: ThereOptions): Promise<Error> {
  const answered = await text(response)
  try {
    return fromWire(JSON.parse(answered) as WireError)
  } catch {
    return broken(ask, options, `it answered ${response.statusCode}`)
  }
}

interface Reading {
  readonly ask: PartitionAsk
  readonly options: ThereOptions
  /** Reads on, or ends the request where nothing comes. */
  next<T>(read: () => Promise<T>): Promise<T>
}

async function* linesOf(
  body: AsyncIterable<Uint8Array>,
  { ask, options, next }: Reading,
): AsyncGenerator<WireLine, undefined> {
  const decoder = new TextDecoder()
  const chunks = body[Symbol.asyncIterator]()
  let rest = ''
  try {
    for (let chunk = await next(() => chunks.next()); !chunk.done; chunk = await next(() => chunks.next())) {
      const lines = (rest + decoder.decode(chunk.value, { stream: true })).split('\n')
      rest = lines.pop()!
      for (const line of lines) yield JSON.parse(line) as WireLine
    }
  } catch (error) {
    throw unreachable(ask, options, error)
  }
  return undefined
}

async function* pieces(
  lines: AsyncGenerator<WireLine, undefined>,
  { ask, options, codec, close }: Asking & { readonly close: () => void },
): AsyncGenerator<readonly StoreItem[]> {
  try {
    for await (const line of lines) {
      if ('end' in line) return
      if ('error' in line) throw fromWire(line.error)
      if ('items' in line) yield await codec.decode(line.items)
    }
    throw broken(ask, options, 'its answer was cut off')
  } finally {
    close()
  }
}

function unreachable(ask: PartitionAsk, { endpoint }: ThereOptions, cause: unknown) {
  return storeUnavailable(
    ask.placed.declaration.name,
    'unreachable',
    `member ${endpoint} does not answer: ${messageOf(cause)}`,
    cause,
  )
}

function broken(ask: PartitionAsk, { endpoint }: ThereOptions, why: string) {
  return storeUnavailable(ask.placed.declaration.name, 'interrupted', `asked member ${endpoint}, but ${why}`)
}
