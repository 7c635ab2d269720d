import { until } from '../workers'
import { type Group, group, totals } from './fixtures'

const keys = Array.from({ length: 20 }, (_, index) => `key-${10 + index}`)

describe('standbys', () => {
  let members: Group
  beforeEach(async () => {
    members = group({ standbyReplicas: 1 })
    // Others are told to ask it where nobody is: it processes, but cannot be reached.
    await members.start({ applicationServer: '127.0.0.1:1', listen: '127.0.0.1:0' })
    await members.start()
    await members.settled()
    await until(() => members.workers.every(({ standbys }) => standbys.length === 2))
  })
  afterEach(() => members.close())

  test('answer for an owner that does not, where that is allowed, and say how stale they are', async () => {
    const [silent, asked] = members.workers as [Group['workers'][0], Group['workers'][0]]
    const written = await Promise.all(keys.map((key) => members.write(key, 1)))
    const answers = await Promise.all(
      keys.map((key, index) => asked.store(totals).get(key, { atLeast: written[index]!, allowStandby: true })),
    )
    expect(answers.map(({ value }) => value)).toEqual(keys.map(() => 1))
    const roles = answers.map(({ answeredBy }) => answeredBy[0]!.role)
    expect(new Set(roles)).toEqual(new Set(['active', 'standby']))
    const stale = answers.find(({ answeredBy }) => answeredBy[0]!.role === 'standby')!
    expect(stale).toMatchObject({ staleness: { records: 0, ms: 0 } })
    expect(stale.position[0]!.topic).toBe('keeping-totals-changelog')
    // What a standby has said that it holds can be demanded of the task itself.
    const key = keys[answers.indexOf(stale)]!
    expect((await silent.store(totals).get(key, { atLeast: stale.position })).value).toBe(1)

    const all = await asked.store(totals).all({ allowStandby: true, atLeast: written }).answer()
    expect(all.value.map((entry) => entry.key)).toEqual(keys)
    expect(all.answeredBy.map(({ role }) => role).sort()).toEqual(['active', 'active', 'standby', 'standby'])
    await expect(asked.store(totals).get(key, { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      details: { reason: 'unreachable' },
    })
  })

  test('a standby says that it has not what is demanded', async () => {
    const [silent, asked] = members.workers as [Group['workers'][0], Group['workers'][0]]
    const key = keys[0]!
    const { taskId } = await silent.locate(totals, key)
    const from = silent.tasks.some(({ id }) => id === taskId) ? asked : silent
    for (const worker of members.workers) worker.pause()
    const at = await members.write(key, 1)
    await expect(
      from.store(totals).get(key, { atLeast: at, allowStandby: true, timeoutMs: 100 }),
    ).rejects.toMatchObject({
      code: 'POSITION_NOT_REACHED',
    })
  })
})

test('a store whose owner leaves while it is asked is answered by the next one', async () => {
  const members = group()
  const asked = await members.start()
  await members.start()
  await members.settled()
  const written = await Promise.all(keys.map((key) => members.write(key, 1)))
  await asked.store(totals).approximateNumEntries({ atLeast: written })
  let over = false
  let answers = 0
  const asking = (async () => {
    while (!over) {
      const { value } = await asked.store(totals).all().answer()
      expect(value.map(({ key }) => key)).toEqual(keys)
      answers += 1
    }
  })()
  await until(() => answers > 3)
  const third = await members.start()
  await members.settled()
  await members.workers[1]!.close()
  await until(() => asked.ready && third.ready && asked.tasks.length + third.tasks.length === 4)
  const before = answers
  await until(() => answers > before + 3)
  over = true
  await asking
  await members.close()
}, 20_000)

test('who ends while it asks says so at once, rather than ask those it knew', async () => {
  const members = group()
  // Nobody can reach the first one: the question is asked again and again.
  await members.start({ applicationServer: '127.0.0.1:1', listen: '127.0.0.1:0' })
  const asked = await members.start()
  await members.settled()
  const entries = asked.store(totals).all({ timeoutMs: 60_000 }).answer()
  const ends = expect(entries).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', details: { reason: 'ended' } })
  await asked.close()
  await ends
  await members.close()
})

test('who has not been started, or has ended, says so', async () => {
  const members = group()
  const worker = await members.start()
  await members.settled()
  await worker.close()
  await expect(worker.store(totals).get('a')).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    details: { reason: 'ended' },
  })
  await members.close()
})
