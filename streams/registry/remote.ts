import api from '@kafkajs/confluent-schema-registry/dist/api'
import { type Clock, systemClock } from '../clock'
import { MillraceError, messageOf, OutageError, TerminalError } from '../errors'
import type { MaybePromise, RegisteredSchema, SchemaRegistry, SchemaType } from './port'

export interface RemoteRegistryOptions {
  /** For example `http://localhost:8081`, or with a path: `https://registry/apis/ccompat/v7`. */
  readonly url: string
  readonly credentials?: { readonly user: string; readonly password: string }
  /** All attempts at one question together (ms). Default 10,000. */
  readonly deadlineMs?: number
  readonly clock?: Clock
}

/** What a registry answers beside a success: an HTTP status, and a text with Confluent's error code in it. */
interface ResponseError {
  readonly status?: number
  readonly message?: string
}

const RETRIES = { retries: 3, initialRetryTimeInSecs: 0.1, maxRetryTimeInSecs: 2 }

/**
 * A Confluent-compatible registry by its URL. Ids and schemas never change, so both are kept for good; questions under
 * way are asked once. Definite answers are TerminalErrors; everything else is an outage, credentials that are refused
 * included, since no record is at fault.
 */
export function remoteRegistry(options: RemoteRegistryOptions): SchemaRegistry {
  const { url, credentials, deadlineMs = 10_000, clock = systemClock } = options
  const client = api({
    host: url.replace(/\/+$/, ''),
    clientId: 'millrace',
    retry: RETRIES,
    ...(credentials && { auth: { username: credentials.user, password: credentials.password } }),
  })
  const schemas = onceEach<number, RegisteredSchema>()
  const ids = onceEach<string, number>()
  const ask = <T>(what: string, question: () => Promise<{ data(): T }>): Promise<T> =>
    within({ clock, deadlineMs, what: `${what} at ${url}` }, async () => (await question()).data())
  /** A proxy or a wrong path answers 404 as well; only one that lists subjects is a registry whose 404 means something. */
  const confirmRegistry = async (what: string): Promise<void> => {
    const subjects = await ask<unknown>(what, () => client.Subject.all({})).catch((error: ResponseError) => {
      if (error.status !== 404) throw error
    })
    if (!Array.isArray(subjects)) throw new Error('there is no schema registry at this address')
  }

  return {
    register: (subject, schema, type = 'AVRO') =>
      ids(`${subject} ${type} ${schema}`, async () => {
        const what = `registering a schema under ${subject}`
        try {
          const body = { schema, ...(type !== 'AVRO' && { schemaType: type }) }
          const { id } = await ask<{ readonly id: number }>(what, () => client.Subject.register({ subject, body }))
          return id
        } catch (error) {
          throw classify(error, what, url, { 409: 'SCHEMA_INCOMPATIBLE', 422: 'SCHEMA_INVALID' })
        }
      }),
    schemaById: (id) =>
      schemas(id, async () => {
        const what = `asking for schema ${id}`
        try {
          const answer = await ask<{ readonly schema: string; readonly schemaType?: SchemaType }>(what, () =>
            client.Schema.find({ id }),
          )
          return { id, type: answer.schemaType ?? 'AVRO', schema: answer.schema }
        } catch (error) {
          const { status } = error as ResponseError
          const unconfirmed = status === 404 ? await failureOf(() => confirmRegistry(what)) : undefined
          throw classify(unconfirmed ?? error, what, url, unconfirmed === undefined ? { 404: 'SCHEMA_UNKNOWN' } : {})
        }
      }),
  }
}

/** Keeps what has been answered, and lets all who ask the same at the same time wait for one answer. */
function onceEach<K, V>(): (key: K, question: () => Promise<V>) => MaybePromise<V> {
  const known = new Map<K, V>()
  const asked = new Map<K, Promise<V>>()
  return (key, question) => {
    const answer = known.get(key)
    if (answer !== undefined) return answer
    const pending = asked.get(key)
    if (pending !== undefined) return pending
    const asking = question()
      .then((value) => {
        known.set(key, value)
        return value
      })
      .finally(() => asked.delete(key))
    asked.set(key, asking)
    return asking
  }
}

async function failureOf(work: () => Promise<void>): Promise<unknown> {
  try {
    await work()
    return undefined
  } catch (error) {
    return error
  }
}

interface Deadline {
  readonly clock: Clock
  readonly deadlineMs: number
  readonly what: string
}

async function within<T>({ clock, deadlineMs, what }: Deadline, work: () => Promise<T>): Promise<T> {
  const settled = new AbortController()
  const late = clock.sleep(deadlineMs, settled.signal).then(() => {
    throw new OutageError('REGISTRY_UNAVAILABLE', `${what}: no answer within ${deadlineMs} ms`)
  })
  // Once the answer is there, nobody listens to this any more.
  late.catch(() => undefined)
  try {
    return await Promise.race([work(), late])
  } finally {
    settled.abort()
  }
}

type Definite = Readonly<Record<number, 'SCHEMA_UNKNOWN' | 'SCHEMA_INVALID' | 'SCHEMA_INCOMPATIBLE'>>

function classify(error: unknown, what: string, url: string, definite: Definite): MillraceError {
  if (error instanceof MillraceError) return error
  const { status } = error as ResponseError
  const code = status === undefined ? undefined : definite[status]
  const text = `${what} at ${url}: ${messageOf(error)}`
  if (code !== undefined) return new TerminalError(code, text, { cause: error, details: { status } })
  const hint =
    status === 401 || status === 403 ? ' (check KAFKA_SCHEMA_REGISTRY_USER and KAFKA_SCHEMA_REGISTRY_PASSWORD)' : ''
  return new OutageError('REGISTRY_UNAVAILABLE', `${text}${hint}`, { cause: error, details: { status } })
}
