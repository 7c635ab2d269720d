/**
 * What the helper thread of `level-ranges.ts` runs. It is kept as text in plain JavaScript, so that it runs alike from
 * the sources, under a test runner and from the built package, whatever compiles the rest.
 *
 * Each request is answered by one message, after which `answered[0]` is raised to wake the thread that waits for it.
 */
export const LEVEL_RANGES_WORKER = `
'use strict'
const { workerData } = require('node:worker_threads')
const { ClassicLevel } = require(workerData.classicLevel)
const { port, answered } = workerData

const BYTES = { keyEncoding: 'buffer', valueEncoding: 'buffer' }
const databases = new Map()
const cursors = new Map()

function database(location) {
  if (!databases.has(location)) {
    const db = new ClassicLevel(location, { ...BYTES, multithreading: true, createIfMissing: false })
    databases.set(location, db.open().then(() => db, (error) => { databases.delete(location); throw error }))
  }
  return databases.get(location)
}

function bounds({ from, to, reverse }) {
  return {
    reverse,
    ...(from !== undefined && { gte: Buffer.from(from, 'latin1') }),
    ...(to !== undefined && { lt: Buffer.from(to, 'latin1') }),
  }
}

async function read(cursor, { entries, bytes }) {
  const rows = []
  let size = 0
  while (rows.length < entries && size < bytes) {
    const more = await cursor.iterator.nextv(entries - rows.length)
    if (more.length === 0) {
      await cursor.iterator.close()
      cursors.delete(cursor.id)
      return { done: true, ...pack(rows, size) }
    }
    for (const row of more) {
      rows.push(row)
      size += 8 + row[0].length + row[1].length
    }
  }
  return { done: false, ...pack(rows, size) }
}

/** Entry after entry: length of key, length of value, key, value. One buffer is handed over whole, without a copy. */
function pack(rows, size) {
  const packed = Buffer.from(new ArrayBuffer(size))
  let at = 0
  for (const [key, value] of rows) {
    at = packed.writeUInt32LE(key.length, at)
    at = packed.writeUInt32LE(value.length, at)
    at += key.copy(packed, at)
    at += value.copy(packed, at)
  }
  return { packed: packed.buffer }
}

/** Exact up to "limit" entries; beyond that the size of those counted is held against the size of all. */
async function count({ location, range, limit }) {
  const db = await database(location)
  const { gte, lt } = bounds(range)
  let counted = 0
  let last = gte
  const keys = db.keys({ gte, lt, limit })
  for (let more = await keys.nextv(1000); more.length > 0; more = await keys.nextv(1000)) {
    counted += more.length
    last = more[more.length - 1]
  }
  await keys.close()
  if (counted < limit) return { count: counted }
  const seen = await db.approximateSize(gte, last)
  const all = await db.approximateSize(gte, lt)
  return { count: seen > 0 ? Math.max(counted, Math.round((counted * all) / seen)) : counted }
}

const requests = {
  async open({ id, location, range, chunk }) {
    const db = await database(location)
    const cursor = { id, location, iterator: db.iterator({ ...bounds(range), highWaterMarkBytes: chunk.bytes }) }
    cursors.set(id, cursor)
    return read(cursor, chunk)
  },
  async next({ cursor, chunk }) {
    if (!cursors.has(cursor)) throw Object.assign(new Error('closed'), { code: 'LEVEL_DATABASE_NOT_OPEN' })
    return read(cursors.get(cursor), chunk)
  },
  async end({ cursor }) {
    if (cursors.has(cursor)) await cursors.get(cursor).iterator.close()
    cursors.delete(cursor)
    return {}
  },
  count,
  async release({ location }) {
    for (const cursor of cursors.values()) if (cursor.location === location) cursors.delete(cursor.id)
    const db = await databases.get(location)
    databases.delete(location)
    if (db !== undefined) await db.close()
    return {}
  },
}

port.on('message', async (request) => {
  let answer
  try {
    answer = await requests[request.kind](request)
  } catch (error) {
    const cause = error.cause ?? error
    answer = { error: { message: cause.message, code: cause.code } }
  }
  port.postMessage({ id: request.id, ...answer }, answer.packed === undefined ? [] : [answer.packed])
  Atomics.add(answered, 0, 1)
  Atomics.notify(answered, 0)
})
`
