import { gunzipSync, gzipSync } from 'node:zlib'
import { messageOf, TerminalError } from '../../errors'
import type { CompressionType } from './buffer'
import { corrupt } from './header'

/** A few bytes can unpack to gigabytes; no honest batch comes near this. */
const maxUnpackedBytes = 256 * 1024 * 1024

/** @throws TerminalError CONFIG_INVALID for a codec that is not supported */
export function compress(records: Buffer, type: CompressionType): Buffer {
  assertCanCompress(type)
  return type === 'gzip' ? gzipSync(records) : records
}

export function assertCanCompress(type: CompressionType): void {
  if (type === 'none' || type === 'gzip') return
  throw new TerminalError('CONFIG_INVALID', `records cannot be compressed with ${type}: use none or gzip`)
}

/**
 * The records of a batch, unpacked; `offset` names the batch in errors.
 * @throws TerminalError BATCH_CORRUPT for a codec that is not supported; MillraceError BATCH_CORRUPT for bytes that do not unpack
 */
export function decompress(records: Buffer, type: CompressionType, offset: number): Buffer {
  if (type === 'none') return records
  if (type !== 'gzip') {
    throw new TerminalError(
      'BATCH_CORRUPT',
      `codec not supported: the record batch at offset ${offset} is packed with ${type}, only gzip can be read`,
      { details: { offset, codec: type } },
    )
  }
  try {
    return gunzipSync(records, { maxOutputLength: maxUnpackedBytes })
  } catch (error) {
    throw corrupt(offset, `its gzip data does not unpack (${messageOf(error)})`, error)
  }
}
