/** Answers from the stores of other members, over HTTP: `POST /query`, which answers for itself and never asks on. */
import { elapsed } from '../../clock'
import { messageOf } from '../../errors'
import { count } from '../counters'
import type { StoreCodec, WireItem } from './codec'
import { fromWire, isUnavailable, storeUnavailable, type WireError } from './errors'
import type { PartitionAnswer, PartitionAsk } from './here'
import type { QueryPlace } from './host'
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
    const lines = await request(host, { ask, options, codec, gone })
    const head = await lines.next()
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
  const now = elapsed(host.clock)
  const left = Math.max(0, ask.deadline - now)
  const answered = new AbortController()
  const patience = ask.giveUpAt === undefined ? left + GRACE_MS : Math.max(0, ask.giveUpAt - now)
  void host.clock.sleep(patience, answered.signal).then(() => answered.signal.aborted || gone.abort())
  const body: WireAsk = {
    store: ask.placed.declaration.name,
    partition: ask.partition,
    query: codec.encodeQuery(ask.query),
    atLeast: ask.bounds,
    allowStandby: ask.allowStandby,
    timeoutMs: left,
  }
  try {
    const response = await fetch(`http://${endpoint}/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
      signal: gone.signal,
    })
    if (!response.ok) throw await refusal(response, ask, options)
    if (response.body === null) throw broken(ask, options, 'it gave no answer')
    return linesOf(response.body, ask, options)
  } catch (error) {
    throw error instanceof Error && 'code' in error && isMillrace(error) ? error : unreachable(ask, options, error)
  } finally {
    answered.abort()
  }
}

const isMillrace = (error: Error) => isUnavailable(error) || 'details' in error

async function refusal(response: Response, ask: PartitionAsk, options: ThereOptions): Promise<Error> {
  const text = await response.text()
  try {
    return fromWire(JSON.parse(text) as WireError)
  } catch {
    return broken(ask, options, `it answered ${response.status}`)
  }
}

async function* linesOf(
  body: ReadableStream<Uint8Array>,
  ask: PartitionAsk,
  options: ThereOptions,
): AsyncGenerator<WireLine, undefined> {
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
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

const isAbort = (error: unknown) => error instanceof Error && error.name === 'AbortError'

function unreachable(ask: PartitionAsk, { endpoint }: ThereOptions, cause: unknown) {
  const why = isAbort(cause) ? 'not in time' : messageOf(cause instanceof Error && cause.cause ? cause.cause : cause)
  return storeUnavailable(
    ask.placed.declaration.name,
    'unreachable',
    `member ${endpoint} does not answer: ${why}`,
    cause,
  )
}

function broken(ask: PartitionAsk, { endpoint }: ThereOptions, why: string) {
  return storeUnavailable(ask.placed.declaration.name, 'interrupted', `asked member ${endpoint}, but ${why}`)
}
