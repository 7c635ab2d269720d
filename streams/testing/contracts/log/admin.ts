import { batch, eventually, type LogFixture, send, someTime, testTimeoutMs, uniqueName } from './fixture'

export function adminContract(fixture: LogFixture): void {
  describe('topics', () => {
    test(
      'are created with their partitions and configuration, and described',
      async () => {
        const { admin } = fixture.log
        const name = uniqueName('topic')
        await admin.createTopics([{ name, partitions: 3, config: { 'cleanup.policy': 'compact' } }])
        const described = await eventually(async () => {
          const found = (await admin.describeTopics([name, uniqueName('absent')])).get(name)
          expect(found).toBeDefined()
          return found
        })
        expect(described).toMatchObject({ name, partitions: 3, config: { 'cleanup.policy': 'compact' } })
        expect((await admin.describeTopics([name], { config: false })).get(name)?.partitions).toBe(3)
        expect(await admin.listTopics()).toContain(name)
      },
      testTimeoutMs,
    )

    test(
      'that exist are left as they are, and those missing beside them are created',
      async () => {
        const { admin } = fixture.log
        const existing = await fixture.topic(3)
        const missing = uniqueName('topic')
        await admin.createTopics([
          { name: existing, partitions: 5 },
          { name: missing, partitions: 2 },
        ])
        await eventually(async () => {
          const described = await admin.describeTopics([existing, missing])
          expect(described.get(existing)?.partitions).toBe(3)
          expect(described.get(missing)?.partitions).toBe(2)
        })
      },
      testTimeoutMs,
    )

    test(
      'that do not exist are absent from the description',
      async () => {
        const described = await fixture.log.admin.describeTopics([uniqueName('absent')])
        expect(described.size).toBe(0)
      },
      testTimeoutMs,
    )

    test(
      'that are deleted are gone',
      async () => {
        const { admin } = fixture.log
        const name = await fixture.topic()
        await send(fixture.log, batch(name, 0, ['a']))
        await admin.deleteTopics([name])
        await eventually(async () => {
          expect((await admin.describeTopics([name])).size).toBe(0)
          expect(await admin.listTopics()).not.toContain(name)
        })
      },
      testTimeoutMs,
    )
  })

  describe('offsets', () => {
    test(
      'of an empty partition are zero at both ends',
      async () => {
        const topic = await fixture.topic()
        for (const at of ['earliest', 'latest'] as const) {
          expect(await fixture.log.admin.offsets([{ topic, partition: 0 }], at)).toEqual([
            { topic, partition: 0, offset: 0 },
          ])
        }
      },
      testTimeoutMs,
    )

    test(
      'are given for each partition that is asked for',
      async () => {
        const { log } = fixture
        const topic = await fixture.topic(3)
        await send(log, batch(topic, 0, ['a', 'b']), batch(topic, 2, ['c']))
        const asked = [2, 0, 1].map((partition) => ({ topic, partition }))
        const latest = await log.admin.offsets(asked, 'latest')
        expect(new Map(latest.map((each) => [each.partition, each.offset]))).toEqual(
          new Map([
            [0, 2],
            [1, 0],
            [2, 1],
          ]),
        )
        const earliest = await log.admin.offsets(asked, 'earliest')
        expect(earliest.map((each) => each.offset)).toEqual([0, 0, 0])
      },
      testTimeoutMs,
    )

    test(
      'are found by timestamp: the first at least as late, else the end',
      async () => {
        const { log } = fixture
        const topic = await fixture.topic()
        const times = [someTime, someTime + 10, someTime + 20, someTime + 20, someTime + 30]
        for (const part of [times.slice(0, 3), times.slice(3)]) {
          await send(
            log,
            batch(
              topic,
              0,
              part.map((timestamp) => ({ timestamp, value: Buffer.from('x') })),
            ),
          )
        }
        const at = async (timestamp: number) => {
          const [found] = await log.admin.offsets([{ topic, partition: 0 }], { timestamp })
          return found?.offset
        }
        expect(await at(0)).toBe(0)
        expect(await at(someTime)).toBe(0)
        expect(await at(someTime + 1)).toBe(1)
        expect(await at(someTime + 11)).toBe(2)
        expect(await at(someTime + 20)).toBe(2)
        expect(await at(someTime + 21)).toBe(4)
        expect(await at(someTime + 31)).toBe(5)
      },
      testTimeoutMs,
    )
  })

  describe('committed offsets', () => {
    test(
      'are those that were set; partitions without one are absent',
      async () => {
        const { admin } = fixture.log
        const topic = await fixture.topic(3)
        const group = uniqueName('group')
        const partitions = [0, 1, 2].map((partition) => ({ topic, partition }))
        expect(await admin.committedOffsets(group, partitions)).toEqual([])

        await admin.setOffsets(group, [{ topic, partition: 1, offset: 7 }])
        await admin.setOffsets(group, [{ topic, partition: 2, offset: 3 }])
        await admin.setOffsets(group, [{ topic, partition: 1, offset: 5 }])
        const committed = await admin.committedOffsets(group, partitions)
        expect([...committed].sort((a, b) => a.partition - b.partition)).toEqual([
          { topic, partition: 1, offset: 5 },
          { topic, partition: 2, offset: 3 },
        ])
        expect(await admin.committedOffsets(group, [{ topic, partition: 2 }])).toHaveLength(1)
      },
      testTimeoutMs,
    )

    test(
      'go with their group when it is deleted',
      async () => {
        const { admin } = fixture.log
        const topic = await fixture.topic()
        const group = uniqueName('group')
        await admin.setOffsets(group, [{ topic, partition: 0, offset: 7 }])
        await eventually(async () => {
          expect(await admin.listGroups()).toContainEqual(expect.objectContaining({ groupId: group, members: 0 }))
        })
        await admin.deleteGroup(group)
        await eventually(async () => {
          expect(await admin.committedOffsets(group, [{ topic, partition: 0 }])).toEqual([])
          expect((await admin.listGroups()).map((each) => each.groupId)).not.toContain(group)
        })
      },
      testTimeoutMs,
    )
  })
}
