import { decodeAssignmentInfo } from '../member-info'
import { assignTasks } from './assign'
import { activeOf, afterwards, assign, END, endsOf, member, owner, settings, settle, tasksOf } from './fixtures/members'

describe('shares tasks out', () => {
  test('evenly, and each sub-topology evenly', () => {
    const tasks = [...tasksOf(4, 0), ...tasksOf(4, 1)]
    const told = assign(tasks, [member('a'), member('b')], { ends: endsOf(tasks, 0) })
    for (const id of ['a', 'b']) {
      expect(activeOf(told, id)).toHaveLength(4)
      expect(activeOf(told, id).filter((of) => of.startsWith('0_'))).toHaveLength(2)
    }
  })

  test('stateful ones apart from stateless ones', () => {
    const tasks = [...tasksOf(2, 0, true), ...tasksOf(2, 1, false)]
    const told = assign(tasks, [owner('a', ['0_0', '0_1']), owner('b', ['1_0', '1_1'])], { ends: endsOf(tasks, 0) })
    for (const id of ['a', 'b']) expect(activeOf(told, id)).toHaveLength(2)
    expect(activeOf(told, 'b').filter((of) => of.startsWith('0_'))).toHaveLength(1)
  })

  test('a task stays with its owner', () => {
    const told = assign(tasksOf(4), [owner('b', ['0_1', '0_3']), owner('a', ['0_0', '0_2'])])
    expect(activeOf(told, 'a')).toEqual(['0_0', '0_2'])
    expect(activeOf(told, 'b')).toEqual(['0_1', '0_3'])
  })

  test('a task whose owner is gone goes to where it is the least behind', () => {
    const told = assign(tasksOf(2), [
      member('a', { offsets: { '0_0': 50, '0_1': END } }),
      member('b', { offsets: { '0_0': 9_950 } }),
    ])
    expect(activeOf(told, 'a')).toEqual(['0_1'])
    expect(activeOf(told, 'b')).toEqual(['0_0'])
  })

  test('state beyond the end of a changelog counts for none', () => {
    const told = assign(tasksOf(1), [
      member('a', { offsets: { '0_0': END + 1 } }),
      member('b', { offsets: { '0_0': END } }),
    ])
    expect(activeOf(told, 'b')).toEqual(['0_0'])
  })

  test('a member that comes back gets what it has state of, and nothing is warmed up for it', () => {
    const offsets = { '0_0': 9_990, '0_2': 9_990 }
    const told = assign(tasksOf(4), [member('a', { offsets }), owner('b', ['0_0', '0_1', '0_2', '0_3'])])
    expect(activeOf(told, 'a')).toEqual(['0_0', '0_2'])
    expect(told.get('a')!.standby).toEqual([])
  })

  test('between processes by the number of their members, and within them to who has it', () => {
    const members = [
      owner('a1', ['0_0', '0_1'], { process: 'a' }),
      owner('a2', ['0_2', '0_3'], { process: 'a' }),
      owner('b1', ['0_4', '0_5'], { process: 'b' }),
    ]
    const told = assign(tasksOf(6), members)
    expect(['a1', 'a2', 'b1'].map((id) => activeOf(told, id))).toEqual([
      ['0_0', '0_1'],
      ['0_2', '0_3'],
      ['0_4', '0_5'],
    ])
    expect(told.get('a1')!.nearby).toEqual(['0_0', '0_1', '0_2', '0_3'])
  })

  test('members whose user data cannot be read are given work as new ones', () => {
    const strange = { memberId: 's', topics: [], userData: Buffer.from([1, 2, 3]) }
    const told = assign(tasksOf(4), [strange, owner('a', ['0_0', '0_1'])], { ends: endsOf(tasksOf(4), 0) })
    expect(activeOf(told, 's')).toEqual(['0_2', '0_3'])
  })
})

describe('warms up', () => {
  const crowded = [owner('a', ['0_0', '0_1', '0_2', '0_3', '0_4', '0_5', '0_6', '0_7']), member('b')]

  test('what moves, a few at a time, while it goes on where it is', () => {
    const told = assign(tasksOf(8), crowded)
    expect(activeOf(told, 'a')).toHaveLength(8)
    expect(told.get('b')!.warmup).toHaveLength(2)
    expect(told.get('b')!.standby).toEqual(told.get('b')!.warmup)
  })

  test('goes on with what has begun', () => {
    const [begun] = [['0_6', '0_7']]
    const half = member('b', { standby: begun, offsets: { '0_6': 3_000, '0_7': 1_000 } })
    const told = assign(tasksOf(8), [crowded[0]!, half])
    expect(told.get('b')!.warmup).toEqual(begun)
  })

  test('and moves it once it has caught up, until all carry alike', () => {
    const { told, rounds } = settle(tasksOf(8), crowded)
    expect(activeOf(told, 'a')).toHaveLength(4)
    expect(activeOf(told, 'b')).toHaveLength(4)
    expect(rounds).toBe(3)
  })

  test('nothing where there is little to restore', () => {
    const told = assign(tasksOf(8), crowded, { ends: endsOf(tasksOf(8), 100) })
    expect(activeOf(told, 'b')).toHaveLength(4)
    expect(told.get('b')!.warmup).toEqual([])
  })

  test('stateless tasks need none, and even out what stays behind', () => {
    const tasks = [...tasksOf(2, 0), ...tasksOf(2, 1, false)]
    const told = assign(tasks, [owner('a', ['0_0', '0_1', '1_0', '1_1']), member('b')])
    expect(activeOf(told, 'a')).toEqual(['0_0', '0_1'])
    expect(activeOf(told, 'b')).toEqual(['1_0', '1_1'])
  })

  test('asks again later where the ends of changelogs could not be had', () => {
    const result = assignTasks({ tasks: tasksOf(8), members: crowded, ends: undefined, settings })
    const told = [...result.values()].map(({ userData }) => decodeAssignmentInfo(userData))
    expect(told.map(({ probeAfterMs }) => probeAfterMs)).toEqual([60_000, undefined])
    expect(told[0]!.active).toHaveLength(8)
  })
})

describe('standbys', () => {
  test('stand where the task is not, and stay there', () => {
    const members = ['a', 'b', 'c'].map((id) => member(id))
    const first = assign(tasksOf(6), members, { standbyReplicas: 1, ends: endsOf(tasksOf(6), 0) })
    for (const { active, standby } of first.values()) {
      expect(standby).toHaveLength(2)
      expect(standby.filter((id) => active.includes(id))).toEqual([])
    }
    const second = assign(tasksOf(6), afterwards(members, first), { standbyReplicas: 1 })
    expect(second).toEqual(first)
  })

  test('take over when the owner is gone', () => {
    const members = ['a', 'b', 'c'].map((id) => member(id))
    const first = assign(tasksOf(6), members, { standbyReplicas: 1, ends: endsOf(tasksOf(6), 0) })
    const left = afterwards(members, first).filter(({ memberId }) => memberId !== 'a')
    const second = assign(tasksOf(6), left, { standbyReplicas: 1 })
    for (const id of activeOf(first, 'a')) {
      const [heir] = ['b', 'c'].filter((other) => activeOf(second, other).includes(id))
      expect(first.get(heir!)!.standby).toContain(id)
    }
  })

  test('stand in other racks than the task', () => {
    const members = ['a', 'b', 'c', 'd'].map((id, index) => member(id, { rack: `rack-${index % 2}` }))
    const told = assign(tasksOf(8), members, { standbyReplicas: 1, ends: endsOf(tasksOf(8), 0) })
    const rackOf = new Map([...told.get('a')!.members].map(({ memberId, rack }) => [memberId, rack]))
    for (const { id } of tasksOf(8)) {
      const [at] = [...told].filter(([, { active }]) => active.includes(id)).map(([of]) => rackOf.get(of))
      const copies = [...told].filter(([, { standby }]) => standby.includes(id)).map(([of]) => rackOf.get(of))
      expect(copies).toEqual([at === 'rack-0' ? 'rack-1' : 'rack-0'])
    }
  })

  test('are fewer than asked for where there are too few processes', () => {
    const members = ['a1', 'a2'].map((id) => member(id, { process: 'a' }))
    const told = assign(tasksOf(4), members, { standbyReplicas: 2 })
    for (const { standby } of told.values()) expect(standby).toEqual([])
  })
})
