import { OutageError } from '../../errors'
import { silentLogger } from '../../logger'
import { batch, noGroup, readAll, send, valuesOf } from '../../testing/contracts/log/fixture'
import { type ManualClock, manualClock } from '../../testing/manual-clock'
import { controlBatch } from '../records'
import { type Core, openCore } from './core'
import { type EmbeddedLog, logOf } from './embedded-log'
import { memoryStorage } from './memory-storage'
import type { Storage } from './storage'

let clock: ManualClock
let disk: { isFull: boolean; readonly storage: Storage }
let core: Core
let log: EmbeddedLog

beforeEach(async () => {
  clock = manualClock(1_700_000_000_000)
  disk = fillable(memoryStorage())
  open()
  await log.admin.createTopics([{ name: 'topic', partitions: 2 }])
})
afterEach(() => log.close())

test('a transaction that takes longer than its timeout is aborted and its producer fenced', async () => {
  const producer = await log.transactionalProducer({ transactionalId: 'id', timeoutMs: 1000 })
  await producer.send([batch('topic', 0, ['a'])])
  clock.advance(999)
  await producer.send([batch('topic', 0, ['b'])])
  await send(log, batch('topic', 0, ['plain']))
  expect(await valuesIn(0)).toEqual([])
  clock.advance(1)
  await Promise.resolve()
  expect(await valuesIn(0)).toEqual(['plain'])
  await expect(producer.commit([], noGroup)).rejects.toMatchObject({ name: 'FencedError', code: 'PRODUCER_FENCED' })
  await expect(producer.send([batch('topic', 0, ['c'])])).rejects.toMatchObject({ code: 'PRODUCER_FENCED' })
})

test('the timeout is that of each transaction, not of the producer', async () => {
  const producer = await log.transactionalProducer({ transactionalId: 'id', timeoutMs: 1000 })
  for (let turn = 0; turn < 5; turn++) {
    await producer.send([batch('topic', 0, [`${turn}`])])
    clock.advance(600)
    await producer.commit([], noGroup)
  }
  clock.advance(10_000)
  await producer.send([batch('topic', 0, ['last'])])
  await producer.commit([], noGroup)
  expect(await valuesIn(0)).toEqual(['0', '1', '2', '3', '4', 'last'])
})

test('a send of nothing begins no transaction that could time out', async () => {
  const producer = await log.transactionalProducer({ transactionalId: 'id', timeoutMs: 1000 })
  await producer.send([])
  await producer.send([batch('topic', 0, [])])
  clock.advance(10_000)
  await producer.commit([], noGroup)
  await producer.send([batch('topic', 0, ['a'])])
  await producer.commit([], noGroup)
  expect(await valuesIn(0)).toEqual(['a'])
})

test('after a send that failed halfway nothing can be committed before an abort', async () => {
  const producer = await log.transactionalProducer({ transactionalId: 'id', timeoutMs: 1000 })
  await producer.send([batch('topic', 0, ['a'])])
  disk.isFull = true
  await expect(producer.send([batch('topic', 1, ['b'])])).rejects.toBeInstanceOf(OutageError)
  disk.isFull = false
  await expect(producer.send([batch('topic', 1, ['b'])])).rejects.toBeInstanceOf(OutageError)
  await expect(producer.commit([], noGroup)).rejects.toBeInstanceOf(OutageError)
  await producer.abort()
  await producer.send([batch('topic', 1, ['c'])])
  await producer.commit([], noGroup)
  expect([await valuesIn(0), await valuesIn(1)]).toEqual([[], ['c']])
})

test('a commit that the disk does not take is not committed, and may be tried again', async () => {
  const producer = await log.transactionalProducer({ transactionalId: 'id', timeoutMs: 1000 })
  await producer.send([batch('topic', 0, ['a'])])
  disk.isFull = true
  await expect(producer.commit([], noGroup)).rejects.toBeInstanceOf(OutageError)
  disk.isFull = false
  expect(await valuesIn(0)).toEqual([])
  await producer.commit([], noGroup)
  expect(await valuesIn(0)).toEqual(['a'])
})

test('markers that the disk did not take are written before anything else, or at the next start', async () => {
  const producer = await log.transactionalProducer({ transactionalId: 'id', timeoutMs: 1000 })
  await producer.send([batch('topic', 0, ['a']), batch('topic', 1, ['x'])])
  disk.isFull = true
  await producer.abort()
  expect(await valuesIn(0)).toEqual([])
  await expect(send(log, batch('topic', 0, ['b']))).rejects.toBeInstanceOf(OutageError)
  disk.isFull = false
  await send(log, batch('topic', 0, ['b']))
  expect(await valuesIn(0)).toEqual(['b'])

  await log.close()
  open()
  await send(log, batch('topic', 1, ['y']))
  expect([await valuesIn(0), await valuesIn(1)]).toEqual([['b'], ['y']])
})

test('a batch that is sent twice is stored once, under the offset of the first time', async () => {
  const bytes = sealed(7, 0, ['a', 'b'])
  const partition = core.topics.partition({ topic: 'topic', partition: 0 })
  expect(partition.append([Buffer.from(bytes)])).toMatchObject({ baseOffset: 0, nextOffset: 2 })
  partition.append([sealed(7, 2, ['c'])])
  expect(partition.append([Buffer.from(bytes)])).toMatchObject({ baseOffset: 0, nextOffset: 2 })
  expect(await valuesIn(0)).toEqual(['a', 'b', 'c'])
})

test('that a batch was sent is known after a restart too', async () => {
  const bytes = sealed(7, 0, ['a'])
  core.topics.partition({ topic: 'topic', partition: 0 }).append([Buffer.from(bytes)])
  await log.close()
  open()
  core.topics.partition({ topic: 'topic', partition: 0 }).append([Buffer.from(bytes)])
  expect(await valuesIn(0)).toEqual(['a'])
})

test('a batch out of sequence or of an older epoch is refused', () => {
  const partition = core.topics.partition({ topic: 'topic', partition: 0 })
  partition.append([sealed(7, 0, ['a'])])
  expect(() => partition.append([sealed(7, 2, ['c'])])).toThrow(expect.objectContaining({ code: 'BATCH_CORRUPT' }))
  partition.append([sealed(7, 0, ['b'], 1)])
  expect(() => partition.append([sealed(7, 1, ['late'])])).toThrow(expect.objectContaining({ code: 'PRODUCER_FENCED' }))
})

test('a producer id is never given twice, over restarts too', async () => {
  const ids = new Set<number>()
  for (let start = 0; start < 3; start++) {
    await send(log, batch('topic', 0, ['x']))
    await log.transactionalProducer({ transactionalId: `${start}`, timeoutMs: 1000 })
    const id = core.decisions.newProducerId()
    expect(ids).not.toContain(id)
    ids.add(id)
    await send(log, batch('topic', 0, ['y']))
    await log.close()
    open()
  }
})

test('a marker without a transaction changes nothing', async () => {
  await send(log, batch('topic', 0, ['a']))
  const partition = core.topics.partition({ topic: 'topic', partition: 0 })
  partition.append([controlBatch({ type: 'abort', producerId: 99, producerEpoch: 0, timestamp: 0 })])
  expect(await valuesIn(0)).toEqual(['a'])
})

function open(): void {
  core = openCore({ storage: disk.storage, clock, logger: silentLogger, newId: () => 'id' })
  log = logOf(core)
}

async function valuesIn(partition: number) {
  return valuesOf({ records: await readAll(log, { topic: 'topic', partition }) })
}

function sealed(producerId: number, baseSequence: number, values: readonly string[], producerEpoch = 0): Buffer {
  const { records } = batch('topic', 0, values)
  return records.seal({ producerId, producerEpoch, baseSequence, transactional: false })[0]!.bytes
}

/** A storage whose disk can be full. */
function fillable(storage: Storage): typeof disk {
  const result = {
    isFull: false,
    storage: {
      ...storage,
      file(path: string) {
        const file = storage.file(path)
        return {
          path,
          get size() {
            return file.size
          },
          read: file.read,
          truncate: file.truncate,
          append(chunks: readonly Buffer[]) {
            if (result.isFull) throw new OutageError('LOG_UNAVAILABLE', 'the disk is full')
            file.append(chunks)
          },
        }
      },
    },
  }
  return result
}
