import type { Header, LogRecord } from '../port'
import { type BatchHeader, corrupt } from './header'
import { type Cursor, readVarint } from './numbers'

const noHeaders: readonly Header[] = Object.freeze([])

/** Looks through one record, leaves the cursor behind it and gives its offset. @throws MillraceError BATCH_CORRUPT */
export function checkRecord(cursor: Cursor, batch: BatchHeader): number {
  const size = readVarint(cursor)
  const end = cursor.at + size
  if (!(size > 0 && end <= cursor.bytes.length)) throw corrupt(batch.baseOffset, 'a record passes the end of its batch')
  cursor.at++
  readVarint(cursor) // the timestamp
  const offset = batch.baseOffset + readVarint(cursor)
  checkField(cursor, end, batch)
  checkField(cursor, end, batch)
  checkHeaders(cursor, end, batch)
  if (cursor.at !== end) throw corrupt(batch.baseOffset, 'a record does not end where it says')
  if (offset < batch.baseOffset || offset > batch.lastOffset) {
    throw corrupt(batch.baseOffset, 'a record has an offset outside of its batch')
  }
  return offset
}

/** The length of a field, which is left behind; negative for null. */
function checkField(cursor: Cursor, end: number, batch: BatchHeader): number {
  const length = readVarint(cursor)
  if (length > 0) cursor.at += length
  if (cursor.at > end) throw corrupt(batch.baseOffset, 'a field passes the end of its record')
  return length
}

function checkHeaders(cursor: Cursor, end: number, batch: BatchHeader): void {
  const count = readVarint(cursor)
  if (count < 0 || count > end - cursor.at)
    throw corrupt(batch.baseOffset, 'a record has an impossible count of headers')
  for (let index = 0; index < count; index++) {
    if (checkField(cursor, end, batch) < 0) throw corrupt(batch.baseOffset, 'a header has no name')
    checkField(cursor, end, batch)
  }
}

/** Makes one record, which `checkRecord` has looked through. Its key, its value and those of its headers are views. */
export function readRecord(cursor: Cursor, batch: BatchHeader): LogRecord {
  readVarint(cursor) // the size
  cursor.at++
  const timestamp = batch.baseTimestamp + readVarint(cursor)
  const offset = batch.baseOffset + readVarint(cursor)
  const key = readField(cursor)
  const value = readField(cursor)
  const headers = readHeaders(cursor)
  return { offset, timestamp: batch.isLogAppendTime ? batch.maxTimestamp : timestamp, key, value, headers }
}

function readField(cursor: Cursor): Buffer | null {
  const length = readVarint(cursor)
  if (length < 0) return null
  const start = cursor.at
  cursor.at = start + length
  return cursor.bytes.subarray(start, cursor.at)
}

function readHeaders(cursor: Cursor): readonly Header[] {
  const count = readVarint(cursor)
  if (count === 0) return noHeaders
  const headers: Header[] = []
  for (let index = 0; index < count; index++) {
    headers.push({ key: readField(cursor)!.toString('utf8'), value: readField(cursor) })
  }
  return headers
}
