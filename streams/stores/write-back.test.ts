import type { ByteWrite, StoreBackend } from './backend'
import { memoryBackend } from './memory'
import { type UnitCodec, type WriteBack, writeBack } from './write-back'

const text: UnitCodec<string> = { encode: (unit) => Buffer.from(unit), decode: (bytes) => bytes.toString() }
/** As a store that writes a time before its values. */
const stamped: UnitCodec<string> = {
  ...text,
  head: { length: 2, write: (_, target, at) => void target.write('t:', at) },
  decode: (bytes) => bytes.toString('utf8', 2),
}

function recording(): StoreBackend & { readonly batches: string[]; fails: boolean } {
  const backend = memoryBackend()
  const batches: string[] = []
  return {
    ...backend,
    batches,
    fails: false,
    async write(writes: readonly ByteWrite[], position) {
      if (this.fails) throw new Error('the disk is full')
      batches.push(`${writes.map(({ key, value }) => `${key}=${value}`).join(' ')} at ${position}`)
      await backend.write(writes, position)
    },
  }
}

const commit = (units: WriteBack<string>, changes: Readonly<Record<string, string | undefined>>, position: number) => {
  for (const [id, unit] of Object.entries(changes)) units.set(id, unit, 0)
  const drained = units.drain().map(({ id, bytes }) => `${id}=${bytes}`)
  units.acknowledge(position)
  return drained
}

test('every commit gives the changelog what has changed; what changes again and again is written once', async () => {
  const backend = recording()
  const units = writeBack(backend, stamped, 1_000)
  expect(commit(units, { a: 'one', b: 'long enough to move' }, 2)).toEqual(['a=one', 'b=long enough to move'])
  expect(commit(units, { a: 'another, much longer one', b: 'short' }, 4)).toEqual([
    'a=another, much longer one',
    'b=short',
  ])
  expect(commit(units, { a: 'last', c: 'new' }, 6)).toEqual(['a=last', 'c=new'])
  expect(backend.batches).toEqual([])
  expect(units.position).toBe(6)
  await units.persist(undefined)
  expect(backend.batches).toEqual(['a=t:last b=t:short c=t:new at 6'])
  expect(units.pendingBytes).toBe(0)
})

test('a deletion takes the place of what waits, and the other way round', async () => {
  const backend = recording()
  const units = writeBack(backend, text, 1_000)
  commit(units, { a: 'one', b: undefined }, 2)
  commit(units, { a: undefined, b: 'two' }, 4)
  await units.persist(undefined)
  expect(backend.batches).toEqual(['a=null b=two at 4'])
})

test('what changes while a batch is written goes into the next one', async () => {
  const backend = recording()
  const units = writeBack(backend, text, 1_000)
  commit(units, { a: 'one' }, 1)
  const first = units.persist(undefined)
  commit(units, { a: 'two' }, 2)
  await first
  expect(units.get('a')).toBe('two')
  await units.persist(undefined)
  expect(backend.batches).toEqual(['a=one at 1', 'a=two at 2'])
})

test('a batch that fails is part of the next one, what has changed since behind it', async () => {
  const backend = recording()
  const units = writeBack(backend, text, 1_000)
  commit(units, { a: 'one', b: 'one' }, 2)
  backend.fails = true
  const failing = units.persist(undefined)
  commit(units, { a: 'two' }, 3)
  await expect(failing).rejects.toThrow('the disk is full')
  backend.fails = false
  await units.persist(undefined)
  expect(backend.batches).toEqual(['a=one b=one a=two at 3'])
})

test('what the changelog may not have is not flushed, nor what is mixed with it', async () => {
  const backend = recording()
  const units = writeBack(backend, text, 1_000)
  commit(units, { a: 'one' }, 1)
  units.set('a', 'two', 0)
  units.drain()
  await units.flush()
  expect(backend.batches).toEqual([])
})

test('a flush in the midst of a restore does not put the position back', async () => {
  const backend = recording()
  const units = writeBack(backend, text, 1_000)
  await units.persist(4)
  const restoring = units.apply([{ key: Buffer.from('a'), value: Buffer.from('restored') }], 12)
  await units.flush()
  await restoring
  expect(backend.position()).toBe(12)
})
