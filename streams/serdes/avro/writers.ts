/** The writers' schemas a serde has met: each compiled once, and the ids that are definitely unknown. */
import { type Clock, elapsed } from '../../clock'
import { messageOf, TerminalError } from '../../errors'
import { isPromise, type MaybePromise, type RegisteredSchema, type SchemaRegistry } from '../../registry/port'

export interface WritersOptions<D> {
  readonly registry: SchemaRegistry
  /** How to read what was written with a schema; what it throws makes the schema one of no use here. */
  compile(schema: RegisteredSchema): D
  readonly clock: Clock
  /** How long a definitely unknown id is not asked for again, in ms. */
  readonly missTtlMs: number
}

export interface Writers<D> {
  /** The reader's own schema needs no fetching. */
  add(id: number, decoder: D): void
  /** @throws TerminalError SCHEMA_UNKNOWN, DESERIALIZATION_FAILED; undefined when it has not been fetched */
  get(id: number): D | undefined
  /** Fetches those not known. Undefined when nothing has to be waited for. @throws OutageError REGISTRY_UNAVAILABLE */
  fetch(ids: Iterable<number>): Promise<void> | undefined
}

/** An id whose records cannot be read: unknown (asked for again after a while), or its schema is of no use. */
interface Miss {
  readonly error: TerminalError
  readonly until: number
}

export function writerDecoders<D>(options: WritersOptions<D>): Writers<D> {
  const { registry, clock, missTtlMs } = options
  const decoders = new Map<number, D>()
  const misses = new Map<number, Miss>()

  const learn = (id: number, schema: RegisteredSchema) => {
    misses.delete(id)
    try {
      decoders.set(id, options.compile(schema))
    } catch (cause) {
      const message = `cannot read what was written with schema ${id}: ${messageOf(cause)}`
      const error = new TerminalError('DESERIALIZATION_FAILED', message, { cause, details: { schemaId: id } })
      misses.set(id, { error, until: Number.POSITIVE_INFINITY })
    }
  }
  const miss = (id: number, error: unknown) => {
    if (!(error instanceof TerminalError)) throw error
    misses.set(id, { error, until: elapsed(clock) + missTtlMs })
  }
  const fetchOne = (id: number): Promise<void> | undefined => {
    let answer: MaybePromise<RegisteredSchema>
    try {
      answer = registry.schemaById(id)
    } catch (error) {
      miss(id, error)
      return undefined
    }
    if (isPromise(answer)) {
      return answer.then(
        (schema) => learn(id, schema),
        (error: unknown) => miss(id, error),
      )
    }
    learn(id, answer)
    return undefined
  }
  const isMissing = (id: number) => !decoders.has(id) && !((misses.get(id)?.until ?? 0) > elapsed(clock))

  return {
    add: (id, decoder) => decoders.set(id, decoder),
    get: (id) => {
      const decoder = decoders.get(id)
      if (decoder) return decoder
      const known = misses.get(id)
      if (known) throw known.error
      return undefined
    },
    fetch: (ids) => {
      const waiting = [...new Set(ids)].filter(isMissing).map(fetchOne)
      const promises = waiting.filter((promise) => promise !== undefined)
      return promises.length === 0 ? undefined : Promise.all(promises).then(() => undefined)
    },
  }
}
