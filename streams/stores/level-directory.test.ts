import { mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { OutageError } from '../errors'
import type { StateDirectory } from './backend'
import { levelStateDirectory } from './level-directory'

describe('state on level', () => {
  let path: string
  let directory: StateDirectory
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'millrace-directory-'))
    directory = levelStateDirectory(path, 'app')
  })
  afterEach(async () => {
    await directory.close()
    await rm(path, { recursive: true, force: true })
  })

  const entry = { key: Buffer.from('a'), value: Buffer.from('1') }

  test('lies under application, task and store', async () => {
    await directory.open('0_1', 'one')
    await directory.open('0_1', 'two')
    await directory.open('1_0', 'one')
    expect((await readdir(join(path, 'app', '0_1'))).sort()).toEqual(['one', 'two'])
    expect(await directory.tasks()).toEqual(['0_1', '1_0'])
  })

  test('has no tasks before there are any', async () => {
    expect(await directory.tasks()).toEqual([])
  })

  test('of a task that is wiped is gone, others stay', async () => {
    const backend = await directory.open('0_0', 'store')
    const other = await directory.open('0_1', 'store')
    await backend.write([entry], 3)
    await other.write([entry], 4)
    await expect(directory.wipe('0_0')).rejects.toMatchObject({ code: 'STATE_LOCKED' })
    await backend.close()
    await directory.wipe('0_0')
    expect((await directory.open('0_0', 'store')).position()).toBeUndefined()
    expect(other.position()).toBe(4)
  })

  test('of one task belongs to one owner, also within the process', async () => {
    const [first, second] = await Promise.allSettled([directory.open('0_0', 'store'), directory.open('0_0', 'store')])
    expect(first.status).toBe('fulfilled')
    expect(second).toMatchObject({ reason: { code: 'STATE_LOCKED' } })
    const rival = levelStateDirectory(path, 'app')
    await expect(rival.open('0_0', 'other')).rejects.toMatchObject({
      code: 'STATE_LOCKED',
      message: expect.stringContaining('task 0_0'),
    })
    await rival.open('0_1', 'store')
    if (first.status === 'fulfilled') await first.value.close()
    await rival.open('0_0', 'store')
    await rival.close()
    await directory.open('0_0', 'store')
  })

  test('that is damaged is told apart from one that cannot be reached', async () => {
    const backend = await directory.open('0_0', 'store')
    await backend.write([entry], 1)
    await backend.close()
    const location = join(path, 'app', '0_0', 'store')
    const manifest = (await readdir(location)).find((name) => name.startsWith('MANIFEST'))!
    await truncate(join(location, manifest), 10)
    await expect(directory.open('0_0', 'store')).rejects.toMatchObject({
      code: 'STATE_CORRUPT',
      message: expect.stringContaining(location),
      details: { directory: location },
    })
    // What failed holds nothing: the task may be wiped and opened anew.
    await directory.wipe('0_0')
    expect((await directory.open('0_0', 'store')).position()).toBeUndefined()

    await mkdir(join(path, 'app', '0_7'))
    await writeFile(join(path, 'app', '0_7', 'store'), 'a file where a directory should be')
    const unreachable = await directory.open('0_7', 'store').catch((error) => error)
    expect(unreachable).toBeInstanceOf(OutageError)
    expect(unreachable).toMatchObject({ code: 'STATE_UNAVAILABLE' })
  })

  test('of another layout is refused rather than misread', async () => {
    await (await directory.open('0_0', 'store')).close()
    const db = new ClassicLevel<Buffer, Buffer>(join(path, 'app', '0_0', 'store'), {
      keyEncoding: 'buffer',
      valueEncoding: 'buffer',
    })
    await db.put(Buffer.from('\0position'), Buffer.alloc(9, 99))
    await db.close()
    await expect(directory.open('0_0', 'store')).rejects.toMatchObject({ code: 'STATE_INCOMPATIBLE' })
  })

  test('that is closed answers nothing more', async () => {
    const backend = await directory.open('0_0', 'store')
    await backend.write(
      Array.from({ length: 5000 }, (_, at) => ({ key: Buffer.from(`${at}`), value: Buffer.alloc(100) })),
    )
    const entries = backend.entries({})[Symbol.iterator]()
    entries.next()
    await backend.close()
    expect(() => [...{ [Symbol.iterator]: () => entries }]).toThrow(expect.objectContaining({ code: 'STORE_CLOSED' }))
    expect(() => backend.approximateNumEntries()).toThrow(expect.objectContaining({ code: 'STORE_CLOSED' }))
    expect(() => backend.get(entry.key)).toThrow(expect.objectContaining({ code: 'STORE_CLOSED' }))
    expect(() => backend.entries({})).toThrow(expect.objectContaining({ code: 'STORE_CLOSED' }))
    await expect(backend.write([entry])).rejects.toMatchObject({ code: 'STORE_CLOSED' })
  })
})
