import { batch, type LogFixture, pollRecords, pollUntil, send, startOf, testTimeoutMs, valuesOf } from './fixture'

export function readingContract(fixture: LogFixture): void {
  const open = () => fixture.log.reader({ isolation: 'read_committed' })

  describe('reading', () => {
    test(
      'gives each batch with where to go on and where the partition ends',
      async () => {
        const topic = await fixture.topic()
        await send(fixture.log, batch(topic, 0, ['a', 'b', 'c']))
        const reader = await open()
        reader.assign(startOf(topic))
        const batches = await pollRecords(reader, 3)
        expect(batches.flatMap(valuesOf)).toEqual(['a', 'b', 'c'])
        expect(batches.at(-1)).toMatchObject({ topic, partition: 0, nextOffset: 3, endOffset: 3 })
      },
      testTimeoutMs,
    )

    test(
      'starts where it is told, inside a batch too',
      async () => {
        const topic = await fixture.topic()
        await send(fixture.log, batch(topic, 0, ['a', 'b', 'c', 'd']), batch(topic, 0, ['e']))
        const reader = await open()
        reader.assign([{ topic, partition: 0, offset: 2 }])
        const batches = await pollRecords(reader, 3)
        expect(batches.flatMap((each) => each.records.map((record) => record.offset))).toEqual([2, 3, 4])
      },
      testTimeoutMs,
    )

    test(
      'several partitions and topics, each in order',
      async () => {
        const [one, other] = [await fixture.topic(2), await fixture.topic()]
        await send(fixture.log, batch(one, 0, ['a', 'b']), batch(one, 1, ['c']), batch(other, 0, ['d', 'e']))
        const reader = await open()
        reader.assign([...startOf(one, 0, 1), ...startOf(other)])
        const found = new Map<string, (string | undefined)[]>()
        for (const each of await pollRecords(reader, 5)) {
          const name = `${each.topic === one ? 'one' : 'other'}-${each.partition}`
          found.set(name, [...(found.get(name) ?? []), ...valuesOf(each)])
        }
        expect(Object.fromEntries(found)).toEqual({ 'one-0': ['a', 'b'], 'one-1': ['c'], 'other-0': ['d', 'e'] })
      },
      testTimeoutMs,
    )

    test(
      'a waiting poll gives what is sent meanwhile',
      async () => {
        const topic = await fixture.topic()
        const reader = await open()
        reader.assign(startOf(topic))
        const polled = pollRecords(reader, 1)
        await send(fixture.log, batch(topic, 0, ['late']))
        expect((await polled).flatMap(valuesOf)).toEqual(['late'])
      },
      testTimeoutMs,
    )

    test(
      'a poll with nothing to find resolves empty',
      async () => {
        const topic = await fixture.topic()
        const reader = await open()
        expect(await reader.poll(10)).toEqual([])
        reader.assign(startOf(topic))
        expect((await reader.poll(10)).flatMap(valuesOf)).toEqual([])
      },
      testTimeoutMs,
    )

    test(
      'a poll that waits is woken',
      async () => {
        const topic = await fixture.topic()
        const reader = await open()
        reader.assign(startOf(topic))
        const polled = reader.poll(10 * testTimeoutMs)
        reader.wakeup()
        expect((await polled).flatMap(valuesOf)).toEqual([])
        await send(fixture.log, batch(topic, 0, ['a']))
        expect((await pollRecords(reader, 1)).flatMap(valuesOf)).toEqual(['a'])
      },
      testTimeoutMs,
    )

    test(
      'a wake-up before the poll is not lost',
      async () => {
        const topic = await fixture.topic()
        const reader = await open()
        reader.assign(startOf(topic))
        reader.wakeup()
        expect((await reader.poll(10 * testTimeoutMs)).flatMap(valuesOf)).toEqual([])
      },
      testTimeoutMs,
    )

    test(
      'a new assignment replaces the old one',
      async () => {
        const topic = await fixture.topic(2)
        await send(fixture.log, batch(topic, 0, ['a', 'b']), batch(topic, 1, ['x', 'y']))
        const reader = await open()
        reader.assign(startOf(topic, 0))
        await pollRecords(reader, 2)
        reader.assign([
          { topic, partition: 0, offset: 1 },
          { topic, partition: 1, offset: 1 },
        ])
        expect((await pollRecords(reader, 2)).flatMap(valuesOf).sort()).toEqual(['b', 'y'])
        reader.assign(startOf(topic, 1))
        expect((await pollRecords(reader, 2)).flatMap(valuesOf)).toEqual(['x', 'y'])
      },
      testTimeoutMs,
    )

    test(
      'an assignment at the position reached goes on there',
      async () => {
        const topic = await fixture.topic(2)
        await send(fixture.log, batch(topic, 0, ['a', 'b']), batch(topic, 1, ['x']))
        const reader = await open()
        reader.assign(startOf(topic, 0))
        const first = await pollRecords(reader, 1)
        reader.assign([{ topic, partition: 0, offset: first.at(-1)!.nextOffset }, ...startOf(topic, 1)])
        const rest = await pollRecords(reader, 3 - first.flatMap(valuesOf).length)
        expect([...first, ...rest].flatMap(valuesOf).sort()).toEqual(['a', 'b', 'x'])
      },
      testTimeoutMs,
    )

    test(
      'leaves out paused partitions, and gives everything of them after the resume',
      async () => {
        const topic = await fixture.topic(2)
        const reader = await open()
        reader.assign(startOf(topic, 0, 1))
        reader.pause([{ topic, partition: 0 }])
        await send(fixture.log, batch(topic, 0, ['a', 'b']))
        await send(fixture.log, batch(topic, 1, ['x']))
        expect((await pollRecords(reader, 1)).flatMap(valuesOf)).toEqual(['x'])
        expect((await reader.poll(500)).flatMap(valuesOf)).toEqual([])
        reader.resume([{ topic, partition: 0 }])
        expect((await pollRecords(reader, 2)).flatMap(valuesOf)).toEqual(['a', 'b'])
      },
      testTimeoutMs,
    )

    test(
      'in small steps gives everything once',
      async () => {
        const topic = await fixture.topic()
        const values = Array.from({ length: 60 }, (_, index) => String(index).padStart(1000, '0'))
        for (let at = 0; at < values.length; at += 3) await send(fixture.log, batch(topic, 0, values.slice(at, at + 3)))
        const reader = await fixture.log.reader({ isolation: 'read_committed', maxBytesPerPartition: 5000 })
        reader.assign(startOf(topic))
        const batches = await pollRecords(reader, values.length)
        expect(batches.length).toBeGreaterThan(1)
        expect(batches.flatMap(valuesOf)).toEqual(values)
        expect(batches.at(-1)?.nextOffset).toBe(60)
      },
      testTimeoutMs,
    )

    test(
      'a batch larger than a step is still delivered',
      async () => {
        const topic = await fixture.topic()
        await send(fixture.log, batch(topic, 0, ['x'.repeat(50_000)]), batch(topic, 0, ['y']))
        const reader = await fixture.log.reader({ isolation: 'read_committed', maxBytesPerPartition: 100 })
        reader.assign(startOf(topic))
        const lengths = (await pollRecords(reader, 2)).flatMap((each) =>
          each.records.map((record) => record.value?.length),
        )
        expect(lengths).toEqual([50_000, 1])
      },
      testTimeoutMs,
    )

    test(
      'from an offset that the partition does not have says so, and the position stays',
      async () => {
        const topic = await fixture.topic()
        await send(fixture.log, batch(topic, 0, ['a', 'b']))
        const reader = await open()
        reader.assign([{ topic, partition: 0, offset: 100 }])
        for (let time = 0; time < 2; time++) {
          await expect(pollUntil(reader, () => false)).rejects.toMatchObject({
            code: 'OFFSET_OUT_OF_RANGE',
            details: { topic, partition: 0, offset: 100, startOffset: 0, endOffset: 2 },
          })
        }
        reader.assign(startOf(topic))
        expect((await pollRecords(reader, 2)).flatMap(valuesOf)).toEqual(['a', 'b'])
      },
      testTimeoutMs,
    )

    test(
      'two readers do not disturb each other',
      async () => {
        const topic = await fixture.topic()
        await send(fixture.log, batch(topic, 0, ['a', 'b']))
        for (const reader of [await open(), await open()]) {
          reader.assign(startOf(topic))
          expect((await pollRecords(reader, 2)).flatMap(valuesOf)).toEqual(['a', 'b'])
        }
      },
      testTimeoutMs,
    )
  })
}
