export type { CompressionType, ProducerStamp, RecordsBuffer, SealedBatch } from './buffer'
export { compressionTypes, loadCompression } from './compression'
export { type ControlFields, controlBatch } from './control'
export { crc32c } from './crc32c'
export {
  batchHeaders,
  type ControlType,
  type DecodedBatch,
  type DecodeOptions,
  decodeBatches,
  decodeControl,
  decodeRecords,
  packedRecords,
} from './decode'
export { nextSequence, noProducer, type RecordsBufferOptions, recordsBuffer } from './encode'
export { filterBatch } from './filter'
export {
  type BatchHeader,
  checksumMatches,
  headerBytes,
  lengthEnd,
  readHeader,
  setBaseOffset,
  verifyChecksum,
} from './header'
export { murmur2 } from './murmur2'
export { PackedRecords } from './packed'
