import { type Clock, systemClock } from '../clock'
import { classify, type Definite, type FailedAnswer, within, withRetries } from './answers'
import { agentOf, authorizationOf, plainConnection, type RegistryConnection } from './connection'
import { onceEach } from './once-each'
import type { ReferencedSchema, RegisteredSchema, SchemaReference, SchemaRegistry, SchemaType } from './port'

type ApiModule = typeof import('@kafkajs/confluent-schema-registry/dist/api')

export interface RemoteRegistryOptions extends RegistryConnection {
  /** All attempts at one question together (ms). Default 10,000. */
  readonly deadlineMs?: number
  /** How long a definite no (an unknown id, a schema that is refused) is not asked for again (ms). Default 10,000. */
  readonly missTtlMs?: number
  readonly clock?: Clock
}

interface SchemaAnswer {
  readonly schema: string
  readonly schemaType?: SchemaType
  readonly references?: readonly SchemaReference[]
}

/** Those of the library are for questions only; writing is tried again by us. */
const LIBRARY_RETRIES = { retries: 3, initialRetryTimeInSecs: 0.1, maxRetryTimeInSecs: 2 }

/**
 * A Confluent-compatible registry by its URL. Ids and schemas never change, so both are kept for good; a definite no is kept
 * for a while; questions under way are asked once. Definite answers are TerminalErrors; everything else is an outage,
 * credentials that are refused included, since no record is at fault.
 */
export function remoteRegistry(given: RemoteRegistryOptions): SchemaRegistry {
  const options = plainConnection(given)
  const { url, deadlineMs = 10_000, missTtlMs = 10_000, clock = systemClock } = options
  const client = registryClient(options)
  const schemas = onceEach<number, RegisteredSchema>({ clock, missTtlMs })
  const ids = onceEach<string, number>({ clock, missTtlMs })
  const inTime = <T>(what: string, work: () => Promise<T>) =>
    within({ clock, deadlineMs, question: { what, url } }, work)
  const ask = <T>(what: string, question: () => Promise<{ data(): T }>): Promise<T> =>
    inTime(what, async () => (await question()).data())
  /** A proxy or a wrong path answers 404 as well; only one that lists subjects is a registry whose 404 means something. */
  const confirmRegistry = async (what: string): Promise<void> => {
    const subjects = await ask<unknown>(what, () => client.Subject.all({})).catch((error: FailedAnswer) => {
      if (error.status !== 404) throw error
    })
    if (!Array.isArray(subjects)) throw new Error('there is no schema registry at this address')
  }
  const failure = async (error: unknown, what: string, definite: Definite) => {
    const { status } = error as FailedAnswer
    const unconfirmed = status === 404 ? await failureOf(() => confirmRegistry(what)) : undefined
    return classify(unconfirmed ?? error, { what, url }, unconfirmed === undefined ? definite : {})
  }
  const referenced = async (
    references: readonly SchemaReference[],
    what: string,
  ): Promise<readonly ReferencedSchema[]> => {
    const all = await Promise.all(
      references.map(async ({ name, subject, version }) => {
        const needed = await ask<SchemaAnswer>(what, () => client.Subject.version({ subject, version }))
        return [...(await referenced(needed.references ?? [], what)), { name, schema: needed.schema }]
      }),
    )
    return all.flat()
  }

  return {
    register: (subject, schema, { type = 'AVRO', references = [], normalize = false } = {}) =>
      ids(JSON.stringify([subject, type, schema, references, normalize]), async () => {
        const what = `registering a schema under ${subject}`
        const body = {
          schema,
          ...(type !== 'AVRO' && { schemaType: type }),
          ...(references.length > 0 && { references }),
        }
        const asked = { subject, body, ...(normalize && { normalize }) }
        try {
          const answer = await inTime(what, () => withRetries(clock, () => client.Subject.register(asked)))
          return (answer as { data(): { readonly id: number } }).data().id
        } catch (error) {
          throw await failure(error, what, { 409: 'SCHEMA_INCOMPATIBLE', 422: 'SCHEMA_INVALID' })
        }
      }),
    schemaById: (id) =>
      schemas(id, async () => {
        const what = `asking for schema ${id}`
        try {
          const answer = await ask<SchemaAnswer>(what, () => client.Schema.find({ id }))
          const { schema, schemaType: type = 'AVRO', references = [] } = answer
          if (references.length === 0) return { id, type, schema }
          return { id, type, schema, references, referenced: await referenced(references, what) }
        } catch (error) {
          throw await failure(error, what, { 404: 'SCHEMA_UNKNOWN' })
        }
      }),
  }
}

function registryClient(options: RegistryConnection) {
  const authorization = authorizationOf(options)
  const agent = agentOf(options)
  const authorize = () => ({
    prepareRequest: async (next: () => Promise<{ enhance(extras: object): never }>) =>
      (await next()).enhance({ headers: { authorization } }),
  })
  const { default: api } = require('@kafkajs/confluent-schema-registry/dist/api') as ApiModule // only here: loading it delays every start
  return api({
    host: options.url,
    clientId: 'millrace',
    retry: LIBRARY_RETRIES,
    ...(agent && { agent }),
    ...(authorization !== undefined && { middlewares: [authorize as never] }),
  })
}

async function failureOf(work: () => Promise<void>): Promise<unknown> {
  try {
    await work()
    return undefined
  } catch (error) {
    return error
  }
}
