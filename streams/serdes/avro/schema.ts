/** An Avro schema together with the type of its values. `generateTypes` writes these from .avsc files. */
export interface AvroSchema<T> {
  /** The text of the schema, as it is registered. */
  readonly text: string
  /** Never there: it only carries the type. */
  readonly type?: T
}

/**
 * Says which values a schema has; the compiler takes your word for it, so leave it to the code generation where you can.
 * @example
 * const order = avroSchema<Order>('{"type":"record","name":"Order","fields":[{"name":"id","type":"string"}]}')
 */
export function avroSchema<T>(text: string): AvroSchema<T> {
  return Object.freeze({ text })
}
