import type { AvroType } from '../../../registry/avro/schema'

type Kind = AvroType['kind']

/** What each kind of the writer can be read as besides itself, in no order. */
const promotions: Readonly<Partial<Record<Kind, readonly Kind[]>>> = {
  int: ['long', 'float', 'double'],
  long: ['float', 'double'],
  float: ['double'],
  string: ['bytes'],
  bytes: ['string'],
}

export function promotes(writer: Kind, reader: Kind): boolean {
  return writer === reader || (promotions[writer]?.includes(reader) ?? false)
}
