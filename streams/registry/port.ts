/** A schema registry as the engine needs it. An in-memory one answers at once, a remote one by promise. */
export type MaybePromise<T> = T | Promise<T>

/** Whether an answer has to be waited for; also where the promise was made elsewhere (another realm, another library). */
export function isPromise<T>(answer: MaybePromise<T>): answer is Promise<T> {
  return typeof (answer as Partial<PromiseLike<T>> | null)?.then === 'function'
}

export const schemaTypes = ['AVRO', 'JSON', 'PROTOBUF'] as const

export type SchemaType = (typeof schemaTypes)[number]

/** Where a schema has a name from that it uses and does not define: an Avro full name, a JSON `$ref`, a Protobuf import. */
export interface SchemaReference {
  readonly name: string
  readonly subject: string
  readonly version: number
}

/** A schema that others refer to, with its text. */
export interface ReferencedSchema {
  readonly name: string
  readonly schema: string
}

export interface RegisteredSchema {
  readonly id: number
  readonly type: SchemaType
  /** The text as it was registered. */
  readonly schema: string
  /** Absent where there are none. */
  readonly references?: readonly SchemaReference[]
  /** All it needs, directly or not, each before those that need it; absent without references. */
  readonly referenced?: readonly ReferencedSchema[]
}

export interface RegisterOptions {
  /** Default AVRO. */
  readonly type?: SchemaType
  readonly references?: readonly SchemaReference[]
  /** Bring the text into one form first, so that schemas that say the same are one (Confluent's `normalize`). */
  readonly normalize?: boolean
}

export interface SchemaRegistry {
  /**
   * The id of this schema under the subject, registered if it is new there.
   * @throws TerminalError SCHEMA_INCOMPATIBLE, SCHEMA_INVALID, REGISTRY_REFUSED; OutageError REGISTRY_UNAVAILABLE
   */
  register(subject: string, schema: string, options?: RegisterOptions): MaybePromise<number>
  /** @throws TerminalError SCHEMA_UNKNOWN (a definite answer); OutageError REGISTRY_UNAVAILABLE */
  schemaById(id: number): MaybePromise<RegisteredSchema>
}
