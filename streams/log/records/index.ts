export type { CompressionType, ProducerStamp, RecordsBuffer, SealedBatch } from './buffer'
export { crc32c } from './crc32c'
export {
  batchHeaders,
  type ControlType,
  type DecodedBatch,
  type DecodeOptions,
  decodeBatches,
  decodeRecords,
} from './decode'
export { nextSequence, noProducer, type RecordsBufferOptions, recordsBuffer } from './encode'
export { type BatchHeader, checksumMatches, headerBytes, readHeader, setBaseOffset, verifyChecksum } from './header'
export { murmur2 } from './murmur2'
