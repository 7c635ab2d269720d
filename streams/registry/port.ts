/** A schema registry as the engine needs it. An in-memory one answers at once, a remote one by promise. */
export type MaybePromise<T> = T | Promise<T>

/** Whether an answer has to be waited for; also where the promise was made elsewhere (another realm, another library). */
export function isPromise<T>(answer: MaybePromise<T>): answer is Promise<T> {
  return typeof (answer as Partial<PromiseLike<T>> | null)?.then === 'function'
}

export type SchemaType = 'AVRO' | 'JSON' | 'PROTOBUF'

export interface RegisteredSchema {
  readonly id: number
  readonly type: SchemaType
  /** The text as it was registered. */
  readonly schema: string
}

export interface SchemaRegistry {
  /**
   * The id of this schema under the subject, registered if it is new there.
   * @throws TerminalError SCHEMA_INCOMPATIBLE, SCHEMA_INVALID; OutageError REGISTRY_UNAVAILABLE
   */
  register(subject: string, schema: string, type?: SchemaType): MaybePromise<number>
  /** @throws TerminalError SCHEMA_UNKNOWN (a definite answer); OutageError REGISTRY_UNAVAILABLE */
  schemaById(id: number): MaybePromise<RegisteredSchema>
}
