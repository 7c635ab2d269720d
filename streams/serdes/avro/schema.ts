import type { ValueOptions } from '../../registry/avro/forms'

/** How the values of a schema look, where that is not the default. */
export interface AvroSchemaValues extends ValueOptions {
  readonly unions?: 'plain' | 'wrapped'
}

/** An Avro schema together with the type of its values. `generateTypes` writes these from .avsc files. */
export interface AvroSchema<T> {
  /** The text of the schema, as it is registered. */
  readonly text: string
  /** How its values look; `avro()` goes by it. */
  readonly values?: AvroSchemaValues
  /** Never there: it only carries the type. */
  readonly type?: T
}

/**
 * Says which values a schema has; the compiler takes your word for it, so leave it to the code generation where you can.
 * @example
 * const order = avroSchema<Order>('{"type":"record","name":"Order","fields":[{"name":"id","type":"string"}]}')
 */
export function avroSchema<T>(text: string, values?: AvroSchemaValues): AvroSchema<T> {
  return Object.freeze({ text, ...(values && { values }) })
}

/** A T as it may be given: some of its fields may be left out, since the schema has defaults for them. */
export type WithDefaults<T, K extends keyof T> = Omit<T, K> & { readonly [F in K]?: T[F] | undefined }

/** Puts defaults in for what is left out or undefined. */
export function withDefaults<T extends object, K extends keyof T>(defaults: Pick<T, K>, input: WithDefaults<T, K>): T {
  const given = Object.entries(input).filter(([, value]) => value !== undefined)
  return { ...defaults, ...Object.fromEntries(given) } as T
}
