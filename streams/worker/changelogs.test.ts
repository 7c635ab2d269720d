import { MillraceError, OutageError } from '../errors'
import type { LogAdmin, TopicPartition } from '../log/port'
import { changelogEnds } from './changelogs'

const clock = { now: () => 0, sleep: async () => undefined }
const patient = { now: () => 0, sleep: () => new Promise<void>(() => undefined) }
const task = (id: string, topics: readonly string[]) => ({
  id,
  inputs: [],
  changelogs: topics.map((topic) => ({ topic, partition: Number(id.at(-1)) })),
})
const admin = (offsets: LogAdmin['offsets']) => ({ offsets }) as LogAdmin

test('adds up the ends of the changelogs of each task', async () => {
  const asked: TopicPartition[] = []
  const ends = await changelogEnds(
    [task('0_0', ['a', 'b']), task('0_1', ['a', 'b']), task('1_0', [])],
    admin(async (partitions) => {
      asked.push(...partitions)
      return partitions.map((at) => ({ ...at, offset: at.topic === 'a' ? 10 : at.partition }))
    }),
    patient,
  )
  expect(ends).toEqual(
    new Map([
      ['0_0', 10],
      ['0_1', 11],
    ]),
  )
  expect(asked).toHaveLength(4)
})

test('does not hold the group up where the log does not answer', async () => {
  const down = admin(() => Promise.reject(new OutageError('LOG_UNAVAILABLE', 'down')))
  const silent = admin(() => new Promise(() => undefined))
  expect(await changelogEnds([task('0_0', ['a'])], down, patient)).toBeUndefined()
  expect(await changelogEnds([task('0_0', ['a'])], silent, clock)).toBeUndefined()
})

test('says what else is wrong', async () => {
  const gone = admin(() => Promise.reject(new MillraceError('TOPIC_MISSING', 'gone')))
  await expect(changelogEnds([task('0_0', ['a'])], gone, patient)).rejects.toMatchObject({ code: 'TOPIC_MISSING' })
})
