import type { KeyStore, WrappedKey } from '../../privacy'

export interface OpenedKeyStore {
  readonly store: KeyStore
  /** The same keys once more, as another process or a restart sees them; absent where they end with the process. */
  again?(): Promise<KeyStore>
  close(): Promise<void>
}

const key = (id: string, subject: string, kek = 'kek-1'): WrappedKey => ({
  id: id.repeat(32),
  subject,
  kek,
  wrapped: Buffer.from(`wrapped ${id} by ${kek}`),
})

/** What every store of keys passes; `open` gives an empty one. */
export function keyStoreContract(name: string, open: () => Promise<OpenedKeyStore>): void {
  describe(`the contract of key stores: ${name}`, () => {
    let opened: OpenedKeyStore
    let store: KeyStore
    beforeEach(async () => {
      opened = await open()
      store = opened.store
    })
    afterEach(() => opened.close())

    const a = key('a', 'ann')
    const b = key('b', 'ann')
    const c = key('c', 'bob/ \u0000é')

    test('gives back what was put, by id, by subject, and all of it', async () => {
      for (const one of [a, b, c]) await store.put(one)
      expect(await store.get(a.id)).toEqual(a)
      expect(await store.keysOf('ann')).toEqual([a, b])
      expect(await store.keysOf(c.subject)).toEqual([c])
      expect(store.known('ann')).toEqual([a, b])
      expect((await store.all()).map(({ id }) => id).sort()).toEqual([a.id, b.id, c.id])
    })

    test('says what it does not have', async () => {
      await store.put(a)
      expect(await store.get(b.id)).toBeUndefined()
      expect(await store.keysOf('nobody')).toEqual([])
      expect(store.known('nobody')).toEqual([])
    })

    test('finds nothing of what was removed, and tells everybody', async () => {
      const told: string[] = []
      store.onRemoved((id) => told.push(id))
      for (const one of [a, b, c]) await store.put(one)
      await store.remove([a.id, b.id])
      expect(await store.get(a.id)).toBeUndefined()
      expect(await store.keysOf('ann')).toEqual([])
      expect(store.known('ann')).toEqual([])
      expect(await store.all()).toEqual([c])
      expect(told.sort()).toEqual([a.id, b.id])
    })

    test('replaces what is there, and brings nothing back that was removed', async () => {
      await store.put(a)
      const rewrapped = key('a', 'ann', 'kek-2')
      await store.replace(rewrapped)
      expect(await store.get(a.id)).toEqual(rewrapped)
      expect(await store.keysOf('ann')).toEqual([rewrapped])
      await store.remove([a.id])
      await store.replace(a)
      expect(await store.get(a.id)).toBeUndefined()
      expect(await store.all()).toEqual([])
    })

    test('removing what is not there harms nothing', async () => {
      await store.put(a)
      await store.remove([b.id])
      await store.remove([])
      expect(await store.all()).toEqual([a])
    })

    test('takes many at once', async () => {
      const many = Array.from({ length: 50 }, (_, index) => ({ ...a, id: index.toString(16).padStart(32, '0') }))
      await Promise.all(many.map(store.put))
      expect((await store.keysOf('ann')).map(({ id }) => id).sort()).toEqual(many.map(({ id }) => id))
    })

    test('others see what was put, and what was removed', async () => {
      if (opened.again === undefined) return
      for (const one of [a, b, c]) await store.put(one)
      await store.remove([b.id])
      const other = await opened.again()
      expect(await other.get(a.id)).toEqual(a)
      expect(await other.get(b.id)).toBeUndefined()
      expect(await other.keysOf(c.subject)).toEqual([c])
      expect(other.known('ann')).toEqual([a])
    })
  })
}
