import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryLog } from '../../log/embedded'
import { keyStoreContract } from '../../testing/contracts/key-store'
import type { KeyStore } from '../port'
import { openLevelKeyStore } from './level'
import { memoryKeyStore } from './memory'
import { openTopicKeyStore } from './topic'

keyStoreContract('in memory', async () => {
  const store = memoryKeyStore()
  return { store, close: store.close }
})

keyStoreContract('in a directory', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-keys-'))
  let current = await openLevelKeyStore(directory)
  return {
    store: current,
    again: async () => {
      await current.close()
      current = await openLevelKeyStore(directory)
      return current
    },
    close: async () => {
      await current.close()
      rmSync(directory, { recursive: true })
    },
  }
})

keyStoreContract('in a topic', async () => {
  const log = memoryLog()
  const opened: KeyStore[] = []
  const open = async () => {
    const store = await openTopicKeyStore(log, { topic: 'app-keys' })
    opened.push(store)
    return store
  }
  return {
    store: await open(),
    again: open,
    close: async () => {
      await Promise.all(opened.map((store) => store.close()))
      await log.close()
    },
  }
})

const key = (id: string) => ({
  id: id.repeat(32),
  subject: 'ann',
  kek: 'k',
  wrapped: Buffer.from(`the wrapped key ${id}`),
})

test('what is removed from a directory is gone from its files', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-keys-'))
  const store = await openLevelKeyStore(directory)
  const onDisk = () =>
    readdirSync(directory)
      .map((name) => readFileSync(join(directory, name), 'latin1'))
      .join('\n')
  try {
    for (const id of ['a', 'b', 'c']) await store.put(key(id))
    expect(onDisk()).toContain(key('b').wrapped.toString('base64'))
    await store.remove([key('b').id])
    expect(onDisk()).not.toContain(key('b').wrapped.toString('base64'))
    expect(await store.get(key('a').id)).toBeDefined()
  } finally {
    await store.close()
    rmSync(directory, { recursive: true })
  }
})

test('a directory that another process has is refused by that name', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-keys-'))
  const store = await openLevelKeyStore(directory)
  await expect(openLevelKeyStore(directory)).rejects.toMatchObject({ code: 'STATE_LOCKED' })
  await store.close()
  rmSync(directory, { recursive: true })
})

describe('keys in a topic', () => {
  test('one process sees what another removes, and forgets it', async () => {
    const log = memoryLog()
    const one = await openTopicKeyStore(log, { topic: 'app-keys' })
    const other = await openTopicKeyStore(log, { topic: 'app-keys' })
    await one.put(key('a'))
    expect(await other.get(key('a').id)).toEqual(key('a'))
    const told = new Promise((resolve) => one.onRemoved(resolve))
    await other.remove([key('a').id])
    expect(await told).toBe(key('a').id)
    expect(await one.keysOf('ann')).toEqual([])
    await Promise.all([one.close(), other.close()])
    await log.close()
  })

  test('a key that comes after its tombstone does not come to life again', async () => {
    const log = memoryLog()
    const one = await openTopicKeyStore(log, { topic: 'app-keys' })
    await one.put(key('a'))
    await one.remove([key('a').id])
    await one.put(key('a'))
    expect(await one.get(key('a').id)).toBeUndefined()
    await one.close()
    await log.close()
  })

  test('the topic is compacted, and soon', async () => {
    const log = memoryLog()
    const store = await openTopicKeyStore(log, { topic: 'app-keys' })
    const description = (await log.admin.describeTopics(['app-keys'])).get('app-keys')
    expect(description).toMatchObject({ partitions: 1, config: { 'cleanup.policy': 'compact' } })
    await store.close()
    await log.close()
  })
})
