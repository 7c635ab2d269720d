import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { levelBackend } from './level'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-level-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

/** A closed store whose entries lie in tables, which level makes of its log when it is opened again. */
async function storeWithTables(): Promise<readonly string[]> {
  for (let round = 0; round < 2; round += 1) {
    const store = await levelBackend(directory)
    await store.write([{ key: Buffer.from('key'), value: Buffer.from(`value ${round}`) }], round)
    await store.close()
  }
  // The last log becomes a table too, so that nothing can be had without one, not even the position.
  await (await levelBackend(directory)).close()
  const tables = (await readdir(directory)).filter((name) => /\.(ldb|sst)$/.test(name))
  return tables.map((name) => join(directory, name))
}

async function readAgain(): Promise<void> {
  const store = await levelBackend(directory)
  try {
    store.get(Buffer.from('key'))
    Array.from(store.entries({}))
  } finally {
    await store.close()
  }
}

test.each<[string, (file: string) => Promise<void>]>([
  ['emptied', (file) => truncate(file, 0)],
  ['cut short', (file) => truncate(file, 20)],
  ['lost', (file) => rm(file)],
])('a store one of whose tables was %s is damaged, and no outage', async (_, harm) => {
  const tables = await storeWithTables()
  expect(tables.length).toBeGreaterThan(0)
  for (const table of tables) await harm(table)
  await expect(readAgain()).rejects.toMatchObject({ code: 'STATE_CORRUPT' })
})
