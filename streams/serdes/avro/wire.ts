/** The Confluent wire format: a zero, the id of the writer's schema in four bytes, the Avro binary. */
export const headerSize = 5

const magic = 0

/** The schema id in the header; what is wrong with the header where there is none. */
export function readHeader(bytes: Buffer): number | string {
  if (bytes.length < headerSize) return `truncated: ${bytes.length} bytes cannot hold the header of a schema id`
  if (bytes[0] !== magic) return `wrong magic byte ${bytes[0]}: the bytes are not in the Confluent wire format`
  return (bytes[1]! << 24) | (bytes[2]! << 16) | (bytes[3]! << 8) | bytes[4]!
}

/** @returns where the binary goes */
export function writeHeader(bytes: Buffer, at: number, id: number): number {
  bytes[at] = magic
  bytes[at + 1] = id >>> 24
  bytes[at + 2] = id >>> 16
  bytes[at + 3] = id >>> 8
  bytes[at + 4] = id
  return at + headerSize
}
