/**
 * The seam between a serde and Avro's binary: a codec knows one schema and nothing of registries, headers or topics.
 * `avroCodec(type, options)` in `./codec` makes it. The serde puts a header in front and chooses the writer's schema;
 * whatever else works on values (upcasters, encryption of fields) stands between the serde and its codec.
 */
import type { ValueOptions } from '../../../registry/avro/forms'
import type { AvroType } from '../../../registry/avro/schema'
import type { Sink } from './sink'

/** What one payload may hold, whatever its bytes claim. */
export interface DecodeLimits {
  /** Items of arrays and entries of maps in one payload, all together. Default 100,000. */
  readonly maxItems: number
  /** How deep recursive records may stand in each other. Default 200. */
  readonly maxDepth: number
  /** Bytes of one payload. Default 64 MiB. */
  readonly maxBytes: number
}

export interface CodecOptions extends ValueOptions {
  readonly limits?: Partial<DecodeLimits>
  /**
   * `plain`: a union's value is the value of its branch, which is found by its look (SCHEMA_INVALID where two branches look
   * alike). `wrapped`: `{ [branch]: value }`, or null for the branch null. Default plain.
   */
  readonly unions?: 'plain' | 'wrapped'
}

/**
 * Values of one schema as bytes and back.
 *
 * @example
 * const codec = avroCodec<Order>(parseAvro(text))
 * const read = codec.decoder()
 * const again = read(codec.toBytes(order))
 */
export interface AvroCodec<T> {
  readonly type: AvroType
  /**
   * Appends the value's binary; where it throws, the sink is as it was.
   * @throws TerminalError SERIALIZATION_FAILED with the field's path in the message and in `details.path`
   */
  encode(value: T, into: Sink): void
  /** The value's binary by itself. @throws TerminalError SERIALIZATION_FAILED */
  toBytes(value: T): Buffer
  /**
   * How to read as this schema what `writer` (default: this schema) wrote, as Avro resolves it. Compiled at every call:
   * keep it. Schemas that do not fit fail only when a value comes that cannot be read.
   * @throws TerminalError SCHEMA_INVALID where a default that the reader needs is no value of its type
   */
  decoder(writer?: AvroType): AvroDecode<T>
}

/**
 * Reads the one value that stands in the bytes from `start` (default 0) to their end.
 * @throws TerminalError PAYLOAD_MALFORMED (cut short, left over, negative lengths, unknown branches), PAYLOAD_TOO_LARGE
 * (more than the limits allow), DESERIALIZATION_FAILED (no place for it in the reader's schema, no exact form in JavaScript);
 * `details.path` is the path of the field
 */
export type AvroDecode<T> = (bytes: Buffer, start?: number) => T
