import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Log } from '../port'
import { compressionTypes, recordsBuffer } from '../records'
import { openEmbeddedLog } from '.'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-packed-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const partition = { topic: 'packed', partition: 0 }

async function append(log: Log, key: string): Promise<number> {
  const records = recordsBuffer()
  for (let index = 0; index < 100; index++) {
    records.append(Buffer.from(`${key}-${index}`), Buffer.from('the same '.repeat(20)), Date.now(), [])
  }
  const producer = await log.producer({ clientId: 'test' })
  const [appended] = await producer.send([{ ...partition, records }])
  return appended!.nextOffset
}

async function keysIn(log: Log, end: number): Promise<(string | undefined)[]> {
  const reader = await log.reader({ isolation: 'read_committed' })
  reader.assign([{ ...partition, offset: 0 }])
  const keys: (string | undefined)[] = []
  for (let at = 0; at < end; ) {
    for (const { records, nextOffset } of await reader.poll(100)) {
      keys.push(...records.map(({ key }) => key?.toString()))
      at = nextOffset
    }
  }
  await reader.close()
  return keys
}

test('what was written with any codec is read, by the next process and by one that is attached', async () => {
  const expected: string[] = []
  for (const compression of compressionTypes) {
    const log = await openEmbeddedLog(directory, { compression })
    await log.admin.createTopics([{ name: 'packed', partitions: 1 }])
    await append(log, compression)
    const attached = await openEmbeddedLog(directory, { attach: true, compression })
    const end = await append(attached, `attached-${compression}`)
    for (const key of [compression, `attached-${compression}`]) {
      expected.push(...Array.from({ length: 100 }, (_, index) => `${key}-${index}`))
    }
    expect(await keysIn(log, end)).toEqual(expected)
    expect(await keysIn(attached, end)).toEqual(expected)
    await attached.close()
    await log.close()
  }
})

test('an unknown codec is refused when the log is opened', async () => {
  const opening = openEmbeddedLog(directory, { compression: 'brotli' as never })
  await expect(opening).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
})
