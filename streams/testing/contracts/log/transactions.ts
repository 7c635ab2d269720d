import { FencedError } from '../../../errors'
import {
  batch,
  eventually,
  type LogFixture,
  noGroup,
  pollRecords,
  readAll,
  send,
  startOf,
  testTimeoutMs,
  uniqueName,
  valuesOf,
} from './fixture'

export function transactionContract(fixture: LogFixture): void {
  const open = (transactionalId = uniqueName('transactional')) =>
    fixture.log.transactionalProducer({ transactionalId, timeoutMs: 60_000 })
  const valuesIn = async (topic: string, partition = 0) =>
    valuesOf({ records: await readAll(fixture.log, { topic, partition }) })

  describe('a transaction', () => {
    test(
      'is seen as a whole once it is committed',
      async () => {
        const topic = await fixture.topic(2)
        const producer = await open()
        await producer.send([batch(topic, 0, ['a', 'b'])])
        await producer.send([batch(topic, 1, ['x']), batch(topic, 0, ['c'])])
        expect(await valuesIn(topic, 0)).toEqual([])
        expect(await valuesIn(topic, 1)).toEqual([])
        await producer.commit([], noGroup)
        await eventually(async () => {
          expect(await valuesIn(topic, 0)).toEqual(['a', 'b', 'c'])
          expect(await valuesIn(topic, 1)).toEqual(['x'])
        })
        await producer.close()
      },
      testTimeoutMs,
    )

    test(
      'reaches a reader that waits for it',
      async () => {
        const topic = await fixture.topic()
        const reader = await fixture.log.reader({ isolation: 'read_committed' })
        reader.assign(startOf(topic))
        const producer = await open()
        await producer.send([batch(topic, 0, ['a'])])
        const polled = pollRecords(reader, 1)
        await producer.commit([], noGroup)
        expect((await polled).flatMap(valuesOf)).toEqual(['a'])
      },
      testTimeoutMs,
    )

    test(
      'that is aborted is never seen, and the reader gets past it',
      async () => {
        const topic = await fixture.topic()
        const producer = await open()
        await producer.send([batch(topic, 0, ['a'])])
        await producer.abort()
        await producer.send([batch(topic, 0, ['b'])])
        await producer.commit([], noGroup)
        await producer.send([batch(topic, 0, ['c'])])
        await producer.abort()
        await eventually(async () => expect(await valuesIn(topic)).toEqual(['b']))
        await send(fixture.log, batch(topic, 0, ['d']))
        await eventually(async () => expect(await valuesIn(topic)).toEqual(['b', 'd']))
      },
      testTimeoutMs,
    )

    test(
      'follows another on the same producer',
      async () => {
        const topic = await fixture.topic()
        const producer = await open()
        const values = Array.from({ length: 10 }, (_, index) => String(index))
        let end = 0
        for (const value of values) {
          const [appended] = await producer.send([batch(topic, 0, [value])])
          expect(appended!.baseOffset).toBeGreaterThanOrEqual(end)
          expect(appended!.nextOffset).toBe(appended!.baseOffset + 1)
          end = appended!.nextOffset
          await producer.commit([], noGroup)
        }
        await eventually(async () => expect(await valuesIn(topic)).toEqual(values))
      },
      testTimeoutMs,
    )

    test(
      'tells the offsets under which its records are read',
      async () => {
        const topic = await fixture.topic()
        const producer = await open()
        await producer.send([batch(topic, 0, ['before'])])
        await producer.commit([], noGroup)
        const [first] = await producer.send([batch(topic, 0, ['a', 'b'])])
        const [second] = await producer.send([batch(topic, 0, ['c'])])
        await producer.commit([], noGroup)
        const records = await eventually(async () => {
          const read = await readAll(fixture.log, { topic, partition: 0 })
          expect(read).toHaveLength(4)
          return read
        })
        const base = first!.baseOffset
        expect(records.slice(1).map((record) => record.offset)).toEqual([base, base + 1, second!.baseOffset])
      },
      testTimeoutMs,
    )

    test(
      'of large batches is whole',
      async () => {
        const topic = await fixture.topic()
        const values = Array.from({ length: 250 }, (_, index) => String(index).padEnd(10_000, '.'))
        const producer = await open()
        await producer.send([batch(topic, 0, values)])
        await producer.commit([], noGroup)
        await eventually(async () => expect(await valuesIn(topic)).toEqual(values))
      },
      testTimeoutMs,
    )

    test(
      'commits offsets with its records, and drops them when aborted',
      async () => {
        const topic = await fixture.topic()
        const group = { ...noGroup, groupId: uniqueName('group') }
        const producer = await open()
        const committed = () => fixture.log.admin.committedOffsets(group.groupId, [{ topic, partition: 0 }])
        await producer.send([batch(topic, 0, ['a'])])
        await producer.commit([{ topic, partition: 0, offset: 4 }], group)
        expect(await committed()).toEqual([{ topic, partition: 0, offset: 4 }])
        await producer.send([batch(topic, 0, ['b'])])
        await producer.abort()
        expect(await committed()).toEqual([{ topic, partition: 0, offset: 4 }])
      },
      testTimeoutMs,
    )

    test(
      'may be of offsets alone',
      async () => {
        const topic = await fixture.topic()
        const group = { ...noGroup, groupId: uniqueName('group') }
        const producer = await open()
        for (const offset of [3, 8]) {
          await producer.commit([{ topic, partition: 0, offset }], group)
          expect(await fixture.log.admin.committedOffsets(group.groupId, [{ topic, partition: 0 }])).toEqual([
            { topic, partition: 0, offset },
          ])
        }
      },
      testTimeoutMs,
    )

    test(
      'may be empty, and nothing to abort is fine',
      async () => {
        const topic = await fixture.topic()
        const producer = await open()
        await producer.abort()
        await producer.commit([], noGroup)
        await producer.abort()
        await producer.send([batch(topic, 0, ['a'])])
        await producer.commit([], noGroup)
        await eventually(async () => expect(await valuesIn(topic)).toEqual(['a']))
      },
      testTimeoutMs,
    )

    test(
      'holds back what `latest` says until it is settled',
      async () => {
        const topic = await fixture.topic()
        const latest = async () => (await fixture.log.admin.offsets([{ topic, partition: 0 }], 'latest'))[0]?.offset
        const producer = await open()
        await producer.send([batch(topic, 0, ['a'])])
        expect(await latest()).toBe(0)
        await producer.commit([], noGroup)
        await eventually(async () => expect(await latest()).toBeGreaterThan(0))
      },
      testTimeoutMs,
    )

    test(
      'does not mix with that of another producer',
      async () => {
        const topic = await fixture.topic()
        const [one, other] = [await open(), await open()]
        await one.send([batch(topic, 0, ['one'])])
        await other.send([batch(topic, 0, ['other'])])
        await other.abort()
        await one.commit([], noGroup)
        await eventually(async () => expect(await valuesIn(topic)).toEqual(['one']))
      },
      testTimeoutMs,
    )
  })

  describe('a second opener of a transactional id', () => {
    test.each(['send', 'commit'] as const)(
      'fences the first, whose next %s is refused',
      async (verb) => {
        const topic = await fixture.topic()
        const transactionalId = uniqueName('transactional')
        const first = await open(transactionalId)
        await first.send([batch(topic, 0, ['lost'])])
        const second = await open(transactionalId)

        const refused = verb === 'send' ? first.send([batch(topic, 0, ['late'])]) : first.commit([], noGroup)
        await expect(refused).rejects.toBeInstanceOf(FencedError)
        await expect(refused).rejects.toMatchObject({ code: 'PRODUCER_FENCED' })
        await first.close()

        await second.send([batch(topic, 0, ['kept'])])
        await second.commit([], noGroup)
        await eventually(async () => expect(await valuesIn(topic)).toEqual(['kept']))
      },
      testTimeoutMs,
    )

    test(
      'fences also a first that only commits offsets',
      async () => {
        const topic = await fixture.topic()
        const group = { ...noGroup, groupId: uniqueName('group') }
        const transactionalId = uniqueName('transactional')
        const first = await open(transactionalId)
        const second = await open(transactionalId)
        await second.commit([{ topic, partition: 0, offset: 10 }], group)
        await expect(first.commit([{ topic, partition: 0, offset: 7 }], group)).rejects.toMatchObject({
          code: 'PRODUCER_FENCED',
        })
        expect(await fixture.log.admin.committedOffsets(group.groupId, [{ topic, partition: 0 }])).toEqual([
          { topic, partition: 0, offset: 10 },
        ])
      },
      testTimeoutMs,
    )

    test(
      'settles what the first left open, so that readers go on',
      async () => {
        const topic = await fixture.topic()
        const transactionalId = uniqueName('transactional')
        const first = await open(transactionalId)
        await first.send([batch(topic, 0, ['open'])])
        await send(fixture.log, batch(topic, 0, ['plain']))
        await open(transactionalId)
        await eventually(async () => expect(await valuesIn(topic)).toEqual(['plain']))
      },
      testTimeoutMs,
    )
  })
}
