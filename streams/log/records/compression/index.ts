/**
 * The codecs of Kafka's record batches. Each is loaded when it is first needed. Unpacking is bounded: how much a batch
 * unpacks to at most is told by its own frame, and looked up there before a byte is unpacked.
 */
import { gunzipSync, gzipSync } from 'node:zlib'
import { messageOf, TerminalError } from '../../../errors'
import type { CompressionType } from '../buffer'
import { corrupt } from '../header'
import { lz4 } from './lz4'
import { snappy } from './snappy'
import { zstd } from './zstd'

export interface Codec {
  /** Whether `compress` may be called now. */
  readonly ready: boolean
  /** Makes `compress` ready. @throws TerminalError CONFIG_INVALID where its package is missing */
  load(): Promise<void>
  compress(records: Buffer): Buffer
  /**
   * @param maxBytes where it would unpack to more, or might, it throws instead
   * @throws TerminalError CONFIG_INVALID where its package is missing; any other error for bytes that do not unpack
   */
  decompress(records: Buffer, maxBytes: number): Buffer
}

/** A few bytes can unpack to gigabytes; no honest batch comes near this. */
const maxUnpackedBytes = 256 * 1024 * 1024

const gzip: Codec = {
  ready: true,
  load: async () => undefined,
  compress: (records) => gzipSync(records),
  decompress: (records, maxBytes) => gunzipSync(records, { maxOutputLength: maxBytes }),
}
const none: Codec = {
  ready: true,
  load: async () => undefined,
  compress: (records) => records,
  decompress: (records) => records,
}
const codecs: Readonly<Record<CompressionType, Codec>> = { none, gzip, snappy, lz4, zstd }

/** In the order of their numbers in Kafka's protocol. */
export const compressionTypes = Object.keys(codecs) as readonly CompressionType[]

/**
 * Makes a codec ready to write with. Reading needs no such preparation.
 * @throws TerminalError CONFIG_INVALID for a codec that is unknown, or whose package does not work on this platform
 */
export async function loadCompression(type: CompressionType): Promise<void> {
  await codecOf(type).load()
}

/** Whether `compress` may be called: see `loadCompression`. */
export function canCompress(type: CompressionType): boolean {
  return codecOf(type).ready
}

/** @throws TerminalError CONFIG_INVALID for a codec that is unknown or was not loaded */
export function assertCanCompress(type: CompressionType): void {
  if (canCompress(type)) return
  throw new TerminalError('CONFIG_INVALID', `nothing can be compressed with ${type} before loadCompression('${type}')`)
}

/** @throws as `assertCanCompress` */
export function compress(records: Buffer, type: CompressionType): Buffer {
  assertCanCompress(type)
  return codecs[type].compress(records)
}

/**
 * The records of a batch, unpacked; `offset` names the batch in errors.
 * @throws MillraceError BATCH_CORRUPT for bytes that do not unpack, or would to more than 256 MiB; TerminalError
 *   CONFIG_INVALID where the package of the codec does not work on this platform
 */
export function decompress(records: Buffer, type: CompressionType, offset: number): Buffer {
  try {
    return codecs[type].decompress(records, maxUnpackedBytes)
  } catch (error) {
    if (error instanceof TerminalError) throw error
    throw corrupt(offset, `its ${type} data does not unpack (${messageOf(error)})`, error)
  }
}

function codecOf(type: CompressionType): Codec {
  const codec = codecs[type]
  if (codec !== undefined) return codec
  throw new TerminalError('CONFIG_INVALID', `compression ${type} is unknown: use ${compressionTypes.join(', ')}`)
}
