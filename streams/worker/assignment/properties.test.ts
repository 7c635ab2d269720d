import fc from 'fast-check'
import type { MemberSubscription } from '../../log/port'
import { type AssignmentInfo, decodeAssignmentInfo, type MemberInfo } from '../member-info'
import { assignTasks } from './assign'
import {
  activeOf,
  afterwards,
  assign,
  END,
  endsOf,
  member,
  settings,
  settle,
  type Told,
  tasksOf,
} from './fixtures/members'

describe('whatever the members tell', () => {
  const anything = fc
    .record({
      stateful: fc.integer({ min: 0, max: 12 }),
      stateless: fc.integer({ min: 0, max: 8 }),
      members: fc.array(
        fc.record({
          process: fc.option(fc.constantFrom('p', 'q', 'r'), { nil: undefined }),
          rack: fc.option(fc.constantFrom('x', 'y'), { nil: undefined }),
          active: fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 8 }),
          standby: fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 4 }),
          offsets: fc.array(fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: -2, max: END + 5 })), {
            maxLength: 8,
          }),
        }),
        { minLength: 1, maxLength: 6 },
      ),
      standbyReplicas: fc.integer({ min: 0, max: 3 }),
    })
    .map(({ stateful, stateless, members, standbyReplicas }) => {
      const tasks = [...tasksOf(stateful, 0), ...tasksOf(stateless, 1, false)]
      const nameOf = (index: number) => tasks[index % Math.max(1, tasks.length)]?.id ?? '0_0'
      const subscriptions = members.map(({ process, rack, active, standby, offsets }, index) =>
        member(`m${index}`, {
          process,
          rack,
          active: active.map(nameOf),
          standby: standby.map(nameOf),
          offsets: Object.fromEntries(offsets.map(([at, offset]) => [nameOf(at), offset])),
        }),
      )
      return { tasks, members: subscriptions, standbyReplicas }
    })
  const processOf = (members: readonly MemberSubscription[]) =>
    new Map(
      members.map(({ memberId, userData }) => [
        memberId,
        (JSON.parse(userData.toString()) as MemberInfo).process ?? memberId,
      ]),
    )
  const alone = ({ memberId, userData }: MemberSubscription) => {
    const { process: _, ...info } = JSON.parse(userData.toString()) as MemberInfo
    return member(memberId, info)
  }
  const loadsOf = (told: Told, of: (info: AssignmentInfo) => readonly string[]) =>
    [...told.values()].map((info) => of(info).length)

  test('every task is processed exactly once, with all its inputs', () => {
    fc.assert(
      fc.property(anything, ({ tasks, members, standbyReplicas }) => {
        const result = assignTasks({ tasks, members, ends: endsOf(tasks), settings: { ...settings, standbyReplicas } })
        const given = [...result.values()]
        expect(given.flatMap(({ userData }) => decodeAssignmentInfo(userData).active).sort()).toEqual(
          tasks.map(({ id }) => id).sort(),
        )
        for (const { partitions, userData } of given) {
          const own = decodeAssignmentInfo(userData).active
          expect(partitions).toEqual(own.flatMap((id) => tasks.find((of) => of.id === id)!.inputs))
        }
      }),
    )
  })

  test('no standby is in the process of its task or of another copy, and there are as many as can be', () => {
    fc.assert(
      fc.property(anything, ({ tasks, members, standbyReplicas }) => {
        const told = assign(tasks, members, { standbyReplicas })
        const processes = processOf(members)
        const of = (id: string, list: 'active' | 'standby' | 'warmup') =>
          [...told].flatMap(([at, info]) => (info[list].includes(id) ? [processes.get(at)!] : []))
        for (const { id, changelogs } of tasks) {
          const places = [...of(id, 'active'), ...of(id, 'standby')]
          expect(new Set(places).size).toBe(places.length)
          const wanted = changelogs.length === 0 ? 0 : standbyReplicas + of(id, 'warmup').length
          expect(of(id, 'standby')).toHaveLength(Math.min(wanted, new Set(processes.values()).size - 1))
        }
      }),
    )
  })

  test('once nothing is warmed up any more, members that stand alone carry alike', () => {
    fc.assert(
      fc.property(anything, ({ tasks, members, standbyReplicas }) => {
        const { told } = settle(tasks, members.map(alone), { standbyReplicas })
        const spread = (loads: readonly number[]) => Math.max(...loads) - Math.min(...loads)
        expect(spread(loadsOf(told, ({ active }) => active))).toBeLessThanOrEqual(1)
        expect(spread(loadsOf(told, ({ active }) => active.filter((id) => id.startsWith('0_'))))).toBeLessThanOrEqual(1)
      }),
    )
  })

  test('and so do the copies of their stores', () => {
    fc.assert(
      fc.property(anything, ({ tasks, members, standbyReplicas }) => {
        const inOneRack = members.map(alone).map(({ memberId, userData }) => {
          const { rack: _, ...info } = JSON.parse(userData.toString()) as MemberInfo
          return member(memberId, info)
        })
        const { told } = settle(tasks, inOneRack, { standbyReplicas })
        const loads = loadsOf(told, ({ active, standby }) => [
          ...active.filter((id) => id.startsWith('0_')),
          ...standby,
        ])
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(2)
      }),
    )
  })

  test('and processes carry by the number of their members', () => {
    fc.assert(
      fc.property(anything, ({ tasks, members }) => {
        const { told } = settle(tasks, members)
        const processes = processOf(members)
        for (const process of new Set(processes.values())) {
          const own = members.filter(({ memberId }) => processes.get(memberId) === process)
          const load = own.flatMap(({ memberId }) =>
            told.get(memberId)!.active.filter((id) => id.startsWith('0_')),
          ).length
          const share = (tasks.filter(({ changelogs }) => changelogs.length > 0).length * own.length) / members.length
          expect(Math.abs(load - share)).toBeLessThan(1)
        }
      }),
    )
  })

  test('what has settled stays as it is', () => {
    fc.assert(
      fc.property(anything, ({ tasks, members, standbyReplicas }) => {
        const { told } = settle(tasks, members, { standbyReplicas })
        const again = assign(tasks, afterwards(members, told), { standbyReplicas })
        for (const [id, { active, standby }] of told) {
          expect([again.get(id)!.active, again.get(id)!.standby]).toEqual([active, standby])
        }
      }),
    )
  })

  test('a member that joins gets the state that is moved, and none is moved between the others', () => {
    fc.assert(
      fc.property(anything, ({ tasks, members }) => {
        const settled = afterwards(members.map(alone), settle(tasks, members.map(alone)).told)
        const { told } = settle(tasks, [...settled, member('new')])
        for (const { memberId, userData } of settled) {
          const before = (JSON.parse(userData.toString()) as MemberInfo).active
          const now = activeOf(told, memberId).filter((id) => id.startsWith('0_'))
          expect(before).toEqual(expect.arrayContaining(now))
        }
      }),
    )
  })

  test('the order in which members are told of makes no difference', () => {
    fc.assert(
      fc.property(anything, ({ tasks, members, standbyReplicas }) => {
        const turned = assign([...tasks].reverse(), [...members].reverse(), { standbyReplicas })
        const told = assign(tasks, members, { standbyReplicas })
        for (const [id, { active, standby }] of told) {
          expect([turned.get(id)!.active, turned.get(id)!.standby]).toEqual([active, standby])
        }
      }),
    )
  })
})
