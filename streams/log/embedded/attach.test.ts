import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { adminContract } from '../../testing/contracts/log/admin'
import { batch, logFixture, pollRecords, readAll, send, startOf, valuesOf } from '../../testing/contracts/log/fixture'
import { producingContract } from '../../testing/contracts/log/producing'
import { readingContract } from '../../testing/contracts/log/reading'
import type { Log } from '../port'
import { openEmbeddedLog } from './index'

/** The log of one process, and the same as a second process has it. */
async function both(directory = mkdtempSync(join(tmpdir(), 'millrace-attach-'))) {
  const owner = await openEmbeddedLog(directory)
  const log: Log = await openEmbeddedLog(directory, { attach: true })
  async function close(): Promise<void> {
    await log.close()
    await owner.close()
    rmSync(directory, { recursive: true })
  }
  return { owner, log, close }
}

describe('an attached log', () => {
  const fixture = logFixture(both)
  adminContract(fixture)
  producingContract(fixture)
  readingContract(fixture)
})

test('the owner and the attached see what the other writes', async () => {
  const { owner, log, close } = await both()
  await owner.admin.createTopics([{ name: 'topic', partitions: 1 }])
  const reader = await log.reader({ isolation: 'read_committed' })
  reader.assign(startOf('topic'))
  const polled = pollRecords(reader, 1)
  await send(owner, batch('topic', 0, ['a']))
  expect((await polled).flatMap(valuesOf)).toEqual(['a'])
  await send(log, batch('topic', 0, ['b']))
  expect(valuesOf({ records: await readAll(owner, { topic: 'topic', partition: 0 }) })).toEqual(['a', 'b'])
  await close()
})

test('what is open in the owner is not seen by the attached', async () => {
  const { owner, log, close } = await both()
  await owner.admin.createTopics([{ name: 'topic', partitions: 1 }])
  const producer = await owner.transactionalProducer({ transactionalId: 'id', timeoutMs: 60_000 })
  await producer.send([batch('topic', 0, ['open'])])
  expect((await log.admin.offsets([{ topic: 'topic', partition: 0 }], 'latest'))[0]?.offset).toBe(0)
  await close()
})

test('transactions and memberships are refused, with the pid of the owner', async () => {
  const { log, close } = await both()
  const refusal = expect.objectContaining({ code: 'LOG_LOCKED', details: { pid: process.pid } })
  await expect(log.transactionalProducer({ transactionalId: 'id', timeoutMs: 1000 })).rejects.toEqual(refusal)
  expect(() => log.member({} as Parameters<Log['member']>[0])).toThrow(refusal)
  await close()
})

test('when the owner is gone the attached says that the log does not answer', async () => {
  const { owner, log, close } = await both()
  await owner.admin.createTopics([{ name: 'topic', partitions: 1 }])
  const reader = await log.reader({ isolation: 'read_committed' })
  reader.assign(startOf('topic'))
  const polled = reader.poll(60_000)
  await new Promise((resolve) => setTimeout(resolve, 200))
  await owner.close()
  const outage = { name: 'OutageError', code: 'LOG_UNAVAILABLE', message: expect.stringContaining(`${process.pid}`) }
  await expect(polled).rejects.toMatchObject(outage)
  await expect(log.admin.listTopics()).rejects.toMatchObject(outage)
  await expect(send(log, batch('topic', 0, ['a']))).rejects.toMatchObject(outage)
  await close()
})

test('a directory with a long name is served all the same', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'millrace-attach-'))
  const directory = join(parent, 'x'.repeat(120))
  mkdirSync(directory)
  const { log, close } = await both(directory)
  expect(await log.admin.listTopics()).toEqual([])
  await close()
  rmSync(parent, { recursive: true })
})

test('attaching where nobody has the log opens it', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-attach-'))
  const log = await openEmbeddedLog(directory, { attach: true })
  await (await log.transactionalProducer({ transactionalId: 'id', timeoutMs: 1000 })).close()
  await log.close()
  rmSync(directory, { recursive: true })
})
