import {
  batch,
  type LogFixture,
  noGroup,
  readAll,
  send,
  someTime,
  testTimeoutMs,
  uniqueName,
  valuesOf,
} from './fixture'

export function reopenContract(fixture: LogFixture): void {
  test(
    'everything is there when the log is opened again, where it can be',
    async () => {
      if (fixture.reopen === undefined) return
      const topic = await fixture.topic(2, { 'cleanup.policy': 'compact' })
      const group = { ...noGroup, groupId: uniqueName('group') }
      const transactionalId = uniqueName('transactional')
      const headers = [{ key: 'h', value: null }]
      await send(
        fixture.log,
        batch(topic, 0, [
          { key: Buffer.from('a'), value: Buffer.from('a') },
          { key: Buffer.from('k'), value: null, timestamp: someTime + 1, headers },
        ]),
      )
      const producer = await fixture.log.transactionalProducer({ transactionalId, timeoutMs: 60_000 })
      await producer.send([batch(topic, 1, keyed('x', 'y'))])
      await producer.commit([{ topic, partition: 1, offset: 9 }], group)
      await producer.send([batch(topic, 1, keyed('open'))])

      const log = await fixture.reopen()
      expect((await log.admin.describeTopics([topic])).get(topic)).toMatchObject({
        partitions: 2,
        config: { 'cleanup.policy': 'compact' },
      })
      expect(await readAll(log, { topic, partition: 0 })).toEqual([
        { offset: 0, key: Buffer.from('a'), value: Buffer.from('a'), timestamp: someTime, headers: [] },
        { offset: 1, key: Buffer.from('k'), value: null, timestamp: someTime + 1, headers },
      ])
      expect(await log.admin.committedOffsets(group.groupId, [{ topic, partition: 1 }])).toEqual([
        { topic, partition: 1, offset: 9 },
      ])

      const again = await log.transactionalProducer({ transactionalId, timeoutMs: 60_000 })
      const [appended] = await again.send([batch(topic, 1, keyed('z'))])
      expect(appended!.baseOffset).toBeGreaterThanOrEqual(2)
      await again.commit([], noGroup)
      expect(valuesOf({ records: await readAll(log, { topic, partition: 1 }) })).toEqual(['x', 'y', 'z'])
    },
    testTimeoutMs,
  )
}

/** Kafka takes no record without a key into a compacted topic. */
function keyed(...values: readonly string[]) {
  return values.map((value) => ({ key: Buffer.from(value), value: Buffer.from(value) }))
}
