import { until } from '../workers'
import { type Group, group, history, latest, perSecond, rateOf, stamped, totals, visits } from './fixtures'

const keys = Array.from({ length: 40 }, (_, index) => `key-${String(index).padStart(2, '0')}`)

describe('stores of two workers', () => {
  let members: Group
  beforeAll(async () => {
    members = group()
    await members.start()
    await members.start()
    for (const [index, key] of keys.entries()) await members.write(key, index)
    await members.writeRate('eur', 7)
    await members.settled()
    const last = await Promise.all(keys.map((key) => members.write(key, 100, 3_500)))
    await members.workers[0]!.store(totals).approximateNumEntries({ atLeast: last })
  })
  afterAll(() => members.close())
  const each = () => members.workers

  test('each answers for every key, wherever it is', async () => {
    const partitionsHere = each().map((worker) => worker.tasks.length)
    expect(partitionsHere).toEqual([2, 2])
    for (const worker of each()) {
      const answers = await Promise.all(keys.map((key) => worker.store(totals).get(key)))
      expect(answers.map(({ value }) => value)).toEqual(keys.map((_, index) => index + 100))
      expect(new Set(answers.map(({ answeredBy }) => answeredBy[0]!.member === undefined)).size).toBe(2)
    }
  })

  test('a range is in the order of keys over all partitions', async () => {
    for (const worker of each()) {
      const { value, answeredBy } = await worker.store(totals).range('key-03', 'key-21').answer()
      expect(value.map(({ key }) => key)).toEqual(keys.slice(3, 22))
      expect(value[0]).toEqual({ key: 'key-03', value: 103 })
      expect(answeredBy.map(({ taskId }) => taskId)).toEqual(['0_0', '0_1', '0_2', '0_3'])
      const back = await worker.store(totals).all({ reverse: true }).answer()
      expect(back.value.map(({ key }) => key)).toEqual(keys.toReversed())
    }
  })

  test('prefixes, counts, and entries as they come', async () => {
    const [first, second] = each()
    const prefixed = await second!.store(totals).prefixScan('key-1').answer()
    expect(prefixed.value.map(({ key }) => key)).toEqual(keys.slice(10, 20))
    expect((await first!.store(totals).approximateNumEntries()).value).toBe(40)
    const seen: string[] = []
    for await (const { key } of first!.store(totals).all()) {
      seen.push(key)
      if (seen.length === 5) break
    }
    expect(seen).toEqual(keys.slice(0, 5))
  })

  test('timestamps, versions, windows and sessions', async () => {
    for (const worker of each()) {
      expect((await worker.store(latest).get('key-05')).value).toEqual({ value: { amount: 100 }, timestamp: 3_500 })
      const versions = worker.store(history)
      expect((await versions.get('key-05')).value).toEqual({ value: { amount: 100 }, timestamp: 3_500 })
      expect((await versions.get('key-05', { asOf: 2_000 })).value).toEqual({ value: { amount: 5 }, timestamp: 1_000 })
      expect((await versions.get('key-05', { asOf: 10 })).value).toBeUndefined()
      expect((await versions.all().answer()).value).toHaveLength(40)

      const windows = worker.store(perSecond)
      expect((await windows.fetch('key-05', 1_000)).value).toBe(5)
      expect((await windows.fetch('key-05', 2_000)).value).toBeUndefined()
      const own = [
        { key: { key: 'key-05', window: { start: 1_000, end: 2_000 } }, value: 5 },
        { key: { key: 'key-05', window: { start: 3_000, end: 4_000 } }, value: 100 },
      ]
      expect((await windows.fetchRange('key-05', 0, 5_000).answer()).value).toEqual(own)
      expect((await windows.fetchRange('key-05', 0, 5_000, { reverse: true }).answer()).value).toEqual(own.toReversed())
      expect(
        (await windows.fetchRange('key-05', Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY).answer()).value,
      ).toEqual(own)
      const many = await windows.fetchAll(2_000, 5_000, { fromKey: 'key-04', toKey: 'key-06' }).answer()
      expect(many.value.map(({ key }) => [key.key, key.window.start])).toEqual([
        ['key-04', 3_000],
        ['key-05', 3_000],
        ['key-06', 3_000],
      ])
      expect((await worker.store(stamped).fetch('key-05', 3_000)).value).toEqual({ value: 100, timestamp: 3_500 })

      const sessions = worker.store(visits)
      expect((await sessions.fetchSession('key-05', 1_000, 1_010)).value).toBe(5)
      expect((await sessions.fetch('key-05').answer()).value.map(({ key }) => key.window.start)).toEqual([1_000, 3_500])
      expect((await sessions.findSessions('key-05', 2_000, 9_000).answer()).value).toHaveLength(1)
      expect((await sessions.all().answer()).value).toHaveLength(80)
    }
  })

  test('global tables are answered by whoever is asked', async () => {
    for (const worker of each()) {
      await until(async () => (await worker.store(rateOf).get('eur')).value?.value === 7)
      const { answeredBy, staleness } = await worker.store(rateOf).get('eur')
      expect(answeredBy).toMatchObject([{ role: 'global', taskId: 'global' }])
      expect(staleness).toEqual({ records: 0, ms: 0 })
    }
  })

  test('only this instance, one partition, or all of them', async () => {
    const [first, second] = each()
    const owner = (await first!.locate(totals, 'key-00')).active!
    const other = owner.memberId === first!.memberId ? second! : first!
    await expect(other.store(totals).get('key-00', { local: true })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      details: { reason: 'not-here' },
    })
    const here = await Promise.all(each().map((worker) => worker.store(totals).all({ local: true }).answer()))
    expect(here.flatMap(({ value }) => value.map(({ key }) => key)).sort()).toEqual(keys)
    expect(here.every(({ value }) => value.length < 40)).toBe(true)
    expect((await other.store(totals).get('key-00', { partition: 'all' })).value).toBe(100)
    await expect(other.store(totals).get('key-00', { partition: 4 })).rejects.toMatchObject({ code: 'QUERY_INVALID' })
  })

  test('what one has written is read, once that is demanded', async () => {
    for (const worker of [...each(), ...each()]) {
      const before = (await worker.store(totals).get('own')).value ?? 0
      const at = await members.write('own', 1)
      const { value, position } = await worker.store(totals).get('own', { atLeast: at })
      expect(value).toBe(before + 1)
      expect(position.find(({ topic }) => topic === at.topic)!.offset).toBeGreaterThanOrEqual(at.offset)
      const later = await worker.store(totals).get('own', { atLeast: position })
      expect(later.value).toBe(before + 1)
    }
  })

  test('what is not there in time, and what cannot be demanded, is said', async () => {
    for (const worker of each()) {
      const at = await members.write('own', 0)
      const beyond = { ...at, offset: at.offset + 1_000 }
      await expect(worker.store(totals).get('own', { atLeast: beyond, timeoutMs: 20 })).rejects.toMatchObject({
        code: 'POSITION_NOT_REACHED',
        message: expect.stringContaining(`has not reached amounts-${at.partition} offset ${beyond.offset} in time`),
      })
      const elsewhere = { topic: 'elsewhere', partition: 0, offset: 1 }
      await expect(worker.store(totals).get('own', { atLeast: elsewhere })).rejects.toMatchObject({
        code: 'QUERY_INVALID',
        message: expect.stringContaining('amounts'),
      })
    }
  })

  test('whoever has all the time there is gets an answer too', async () => {
    for (const worker of each())
      expect((await worker.store(totals).approximateNumEntries({ timeoutMs: Number.POSITIVE_INFINITY })).value).toBe(41)
    await expect(each()[0]!.store(totals).get('a', { timeoutMs: Number.NaN })).rejects.toMatchObject({
      code: 'QUERY_INVALID',
    })
  })

  test('a question that a store cannot be asked names those it can', async () => {
    const [first] = each()
    await expect(first!.query('totals', { kind: 'windows', key: 'a' })).rejects.toMatchObject({
      code: 'QUERY_INVALID',
      message: expect.stringContaining('get, range, prefix, all, count'),
    })
    expect(() => first!.store({ name: 'nowhere', kind: 'session' })).toThrow(
      expect.objectContaining({ code: 'STORE_UNKNOWN', message: expect.stringContaining('totals') }),
    )
  })
})
