import { TerminalError } from '../../../errors'
import {
  batch,
  type Given,
  type LogFixture,
  readAll,
  send,
  someTime,
  testTimeoutMs,
  uniqueName,
  valuesOf,
} from './fixture'

export function producingContract(fixture: LogFixture): void {
  describe('sending', () => {
    test(
      'gives the offsets, and the records are read in the order sent',
      async () => {
        const { log } = fixture
        const topic = await fixture.topic()
        const producer = await log.producer({ clientId: 'contract' })
        expect(await producer.send([batch(topic, 0, ['a', 'b'])])).toEqual([
          { topic, partition: 0, baseOffset: 0, nextOffset: 2 },
        ])
        expect(await producer.send([batch(topic, 0, ['c'])])).toEqual([
          { topic, partition: 0, baseOffset: 2, nextOffset: 3 },
        ])
        await producer.close()

        const records = await readAll(log, { topic, partition: 0 })
        expect(valuesOf({ records })).toEqual(['a', 'b', 'c'])
        expect(records.map((record) => record.offset)).toEqual([0, 1, 2])
      },
      testTimeoutMs,
    )

    test(
      'takes several batches of one partition in the order given, and answers each',
      async () => {
        const { log } = fixture
        const topic = await fixture.topic(2)
        const appended = await send(log, batch(topic, 0, ['a']), batch(topic, 1, ['x']), batch(topic, 0, ['b', 'c']))
        expect(appended).toEqual([
          { topic, partition: 0, baseOffset: 0, nextOffset: 1 },
          { topic, partition: 1, baseOffset: 0, nextOffset: 1 },
          { topic, partition: 0, baseOffset: 1, nextOffset: 3 },
        ])
        expect(valuesOf({ records: await readAll(log, { topic, partition: 0 }) })).toEqual(['a', 'b', 'c'])
      },
      testTimeoutMs,
    )

    test(
      'without waiting for the send before keeps the order',
      async () => {
        const { log } = fixture
        const topic = await fixture.topic()
        const producer = await log.producer({ clientId: 'contract' })
        const values = Array.from({ length: 20 }, (_, index) => String(index))
        await Promise.all(values.map((value) => producer.send([batch(topic, 0, [value])])))
        await producer.close()
        expect(valuesOf({ records: await readAll(log, { topic, partition: 0 }) })).toEqual(values)
      },
      testTimeoutMs,
    )

    test(
      'of nothing is fine',
      async () => {
        expect(await send(fixture.log)).toEqual([])
      },
      testTimeoutMs,
    )

    test(
      'keeps keys, values, headers and timestamps to the byte',
      async () => {
        const topic = await fixture.topic()
        const records: Given[] = [
          { key: null, value: null },
          { key: Buffer.alloc(0), value: Buffer.alloc(0) },
          { key: Buffer.from([0, 255, 128]), value: Buffer.from('ä€😀'), timestamp: someTime + 5 },
          { key: Buffer.from('k'), value: null, timestamp: someTime - 86_400_000 },
          { value: Buffer.from('no timestamp'), timestamp: -1 },
          {
            value: Buffer.from('headers'),
            headers: [
              { key: 'twice', value: Buffer.from('1') },
              { key: 'null', value: null },
              { key: 'twice', value: Buffer.from('2') },
              { key: 'empty', value: Buffer.alloc(0) },
              { key: 'ключ', value: Buffer.from([1, 2, 3]) },
            ],
          },
        ]
        await send(fixture.log, batch(topic, 0, records))
        expect(await readAll(fixture.log, { topic, partition: 0 })).toEqual(
          records.map((record, offset) => ({
            offset,
            key: null,
            value: null,
            timestamp: someTime,
            headers: [],
            ...record,
          })),
        )
      },
      testTimeoutMs,
    )

    test(
      'of more than one batch may hold splits it, and loses and doubles nothing',
      async () => {
        const topic = await fixture.topic(2)
        const padding = Buffer.alloc(10_000, '.')
        const values = Array.from({ length: 300 }, (_, index) => Buffer.concat([Buffer.from(`${index}`), padding]))
        const appended = await send(
          fixture.log,
          batch(
            topic,
            0,
            values.map((value) => ({ value })),
          ),
          batch(
            topic,
            1,
            values.map((value) => ({ value })),
          ),
        )
        expect(appended.map((each) => each.nextOffset)).toEqual([300, 300])
        for (const partition of [0, 1]) {
          const records = await readAll(fixture.log, { topic, partition })
          expect(records.map((record) => Number.parseInt(record.value!.toString(), 10))).toEqual(
            values.map((_, index) => index),
          )
        }
      },
      testTimeoutMs,
    )

    test(
      'of more than the topic allows in one batch splits it too',
      async () => {
        const topic = await fixture.topic(1, { 'max.message.bytes': '10000' })
        const values = Array.from({ length: 50 }, (_, index) => `${index}`.padEnd(1000, '.'))
        const [appended] = await send(fixture.log, batch(topic, 0, values))
        expect(appended).toMatchObject({ baseOffset: 0, nextOffset: 50 })
        expect(valuesOf({ records: await readAll(fixture.log, { topic, partition: 0 }) })).toEqual(values)
      },
      testTimeoutMs,
    )

    test(
      'a record that is larger than the topic allows is refused as such',
      async () => {
        const topic = await fixture.topic(1, { 'max.message.bytes': '10000' })
        const sent = send(fixture.log, batch(topic, 0, [{ value: Buffer.alloc(20_000) }]))
        await expect(sent).rejects.toBeInstanceOf(TerminalError)
        await expect(sent).rejects.toMatchObject({ code: 'RECORD_TOO_LARGE' })
      },
      testTimeoutMs,
    )

    test(
      'to a topic that does not exist is refused as such',
      async () => {
        const sent = send(fixture.log, batch(uniqueName('absent'), 0, ['a']))
        await expect(sent).rejects.toBeInstanceOf(TerminalError)
        await expect(sent).rejects.toMatchObject({ code: 'TOPIC_MISSING' })
      },
      testTimeoutMs,
    )
  })
}
