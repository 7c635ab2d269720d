/** The partition time of a source as text, in the form of Kafka Streams' TopicPartitionMetadata (version 1): base64. */

const VERSION = 1
const BYTES = 9

export function encodePartitionTime(time: number): string {
  const bytes = Buffer.alloc(BYTES)
  bytes.writeUInt8(VERSION)
  bytes.writeBigInt64BE(BigInt(time), 1)
  return bytes.toString('base64')
}

/** -1 where there is none, or none that can be read: the time begins anew then, as it does without it. */
export function decodePartitionTime(metadata: string): number {
  const bytes = Buffer.from(metadata, 'base64')
  if (bytes.length < BYTES || bytes.readUInt8() < VERSION) return -1
  return Number(bytes.readBigInt64BE(1))
}
