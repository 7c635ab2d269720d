import { timestampedWindowStore, windowStore } from '../../../stores'
import { countingJson, type Harness, text } from './harness'
import { agreesWithModel } from './model'
import { RETENTION, SIZE, windowKind } from './window-model'

const number = countingJson<number>()

export function windowContract(harness: () => Harness, numRuns: number): void {
  describe('window stores', () => {
    const declaration = windowStore('window', { key: text, value: number, windowSizeMs: SIZE, retentionMs: RETENTION })
    const values = (entries: Iterable<{ readonly value: number }>) => Array.from(entries, ({ value }) => value)

    test('a key that begins another one is fetched alone', async () => {
      const { view, commit } = await harness().open(declaration)
      const keys = ['', 'a', 'aa', 'a\0', 'a\0\0\0\0\0\0\0\x05']
      for (const [at, key] of keys.entries()) view.put(key, at, 5)
      for (const round of ['before', 'after']) {
        expect([round, values(view.fetchRange('', 0, 99))]).toEqual([round, [0]])
        expect([round, values(view.fetchRange('a', 0, 99))]).toEqual([round, [1]])
        expect([round, values(view.fetchRange('aa', 0, 99))]).toEqual([round, [2]])
        await commit()
      }
    })

    test('a put at an expired time is dropped, but a later time expires others even when it deletes', async () => {
      const store = await harness().open(declaration)
      const { view } = store
      view.put('a', 1, 10)
      view.put('b', 2, 60)
      expect(values(view.all())).toEqual([2])
      view.put('a', 3, 10)
      expect(view.fetch('a', 10)).toBeUndefined()
      view.put('c', null, 109)
      expect(values(view.all())).toEqual([2])
      view.put('c', null, 110)
      expect(values(view.all())).toEqual([])
      await store.commit()
      await store.reopen()
      expect(values(store.view.all())).toEqual([])
      store.view.put('a', 4, 60)
      expect(values(store.view.all())).toEqual([])
    })

    test('changelog keys are those of Kafka Streams: key, window start, sequence number', async () => {
      const store = await harness().open(declaration)
      store.at(77)
      store.view.put('key', 1, 0x0102030405)
      store.drain()
      const [record] = store.changelog
      expect(record!.key!.toString('latin1')).toBe('key\0\0\0\x01\x02\x03\x04\x05\0\0\0\0')
      expect(record).toMatchObject({ value: Buffer.from('1'), timestamp: 77 })
    })

    test('duplicates stand side by side in the order of the puts, and a deletion means none of them', async () => {
      const store = await harness().open(
        windowStore('window', {
          key: text,
          value: number,
          windowSizeMs: SIZE,
          retentionMs: RETENTION,
          retainDuplicates: true,
        }),
      )
      for (const value of [3, 1, 2]) store.view.put('a', value, 5)
      store.view.put('a', null, 5)
      expect(values(store.view.fetchRange('a', 5, 5))).toEqual([3, 1, 2])
      await store.commit()
      await store.reopen()
      store.view.put('a', 0, 5)
      expect(values(store.view.fetchRange('a', 5, 5))).toEqual([3, 1, 2, 0])
      await store.commit()
      await store.restoreAnew(2)
      store.view.put('a', 9, 5)
      expect(values(store.view.fetchRange('a', 5, 5))).toEqual([3, 1, 2, 0, 9])
    })

    test('a timestamped window keeps the timestamp of its value, which is that of the changelog record', async () => {
      const store = await harness().open(
        timestampedWindowStore('window', { key: text, value: number, windowSizeMs: SIZE, retentionMs: RETENTION }),
      )
      store.view.put('a', { value: 1, timestamp: 12 }, 10)
      await store.commit()
      expect(store.changelog).toMatchObject([{ value: Buffer.from('1'), timestamp: 12 }])
      await store.restoreAnew(5)
      expect(store.view.fetch('a', 10)).toEqual({ value: 1, timestamp: 12 })
      expect(store.differences()).toEqual([])
    })

    test.each([false, true])(
      'a key with very many windows is read and kept like any other (duplicates: %s)',
      async (retainDuplicates) => {
        const store = await harness().open(
          windowStore('window', { key: text, value: number, windowSizeMs: 1, retentionMs: 10_000, retainDuplicates }),
        )
        const starts = Array.from({ length: 3000 }, (_, at) => (at * 7919) % 3000)
        for (const [at, start] of starts.entries()) {
          store.view.put('hot', start, start)
          if (at % 500 === 0) await store.commit()
        }
        const ascending = starts.toSorted((a, b) => a - b)
        expect(values(store.view.fetchRange('hot', 0, 9999))).toEqual(ascending)
        await store.commit()
        await store.reopen()
        expect(values(store.view.fetchRange('hot', 0, 9999))).toEqual(ascending)
        expect(values(store.view.backwardFetchRange('hot', 100, 199))).toEqual(ascending.slice(100, 200).reverse())
        expect(store.view.fetch('hot', 1234)).toBe(1234)
        if (!retainDuplicates) {
          store.view.put('hot', null, 1234)
          store.view.put('hot', -1, 1235)
        }
        store.view.put('cold', 1, 1234)
        await store.commit()
        const expected = retainDuplicates
          ? ascending
          : ascending.filter((start) => start !== 1234).map((start) => (start === 1235 ? -1 : start))
        expect(values(store.view.all())).toEqual([1, ...expected])
        expect(store.differences()).toEqual([])
        await store.restoreAnew(700)
        expect(values(store.view.all())).toEqual([1, ...expected])
        expect(store.differences()).toEqual([])
      },
    )

    test('what has expired leaves the back end without a changelog record', async () => {
      const store = await harness().open(declaration)
      for (let start = 0; start < 2000; start += 20) {
        store.view.put(`key${start}`, start, start)
        await store.commit()
      }
      const records = store.changelog.length
      await store.commit()
      expect(store.changelog.length).toBe(records)
      expect(records).toBe(100)
      await store.reopen()
      expect(store.stored()).toBeLessThan(15)
      expect(store.differences()).toEqual([])
    })

    test('a time that is none is refused', async () => {
      const { view } = await harness().open(declaration)
      expect(() => view.put('a', 1, Number.NaN)).toThrow('whole milliseconds')
      expect(() => view.put('a', 1, 0.5)).toThrow('whole milliseconds')
    })

    test('property: a window store agrees with its model', () => agreesWithModel(harness(), windowKind(false), numRuns))

    test('property: a window store with duplicates agrees with its model', () =>
      agreesWithModel(harness(), windowKind(true), numRuns))
  })
}
