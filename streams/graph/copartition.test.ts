import { stream } from '../dsl/stream'
import { table } from '../dsl/table'
import { string } from '../serdes'
import { timestampedKeyValueStore } from '../stores/declaration'
import { topic } from '../topics'
import { planPartitions } from './partitions'
import { topology } from './topology'

const texts = (name: string) => topic(name, { key: string, value: string })
const [orders, customers, out] = [texts('orders'), texts('customers'), texts('out')]
const rows = table(customers, timestampedKeyValueStore('customers', { key: string, value: string }))
const plus = (left: string, right: string) => left + right
const counts = (all: Record<string, number>) => (name: string) => all[name]!

test('topics that are joined must have the same number of partitions', () => {
  const joined = topology('joined', [stream(orders).join(rows, plus).to(out)])
  expect(() => planPartitions(joined, 'app', counts({ orders: 4, customers: 3 }))).toThrow(
    /orders \(4 partitions\).*customers \(3 partitions\)|customers \(3 partitions\).*orders \(4 partitions\)/,
  )
  expect(planPartitions(joined, 'app', counts({ orders: 4, customers: 4 })).tasksOf.get(0)).toBe(4)
})

test('a repartition before a join takes the count of what it is joined with', () => {
  const byName = stream(orders).selectKey((value) => value)
  const joined = topology('joined', [byName.join(rows, plus, { name: 'by-name', key: string, value: string }).to(out)])
  const plan = planPartitions(joined, 'app', counts({ orders: 8, customers: 3 }))
  expect(plan.repartitions).toMatchObject([{ name: 'app-by-name-repartition', partitions: 3 }])
  expect([...plan.tasksOf.values()].sort()).toEqual([3, 8])
})

test('topics that are only merged may differ', () => {
  const merged = topology('merged', [stream(orders).merge(stream(customers)).to(out)])
  expect(planPartitions(merged, 'app', counts({ orders: 4, customers: 3 })).tasksOf.get(0)).toBe(4)
})

test('a repartition whose given count does not fit its join is refused', () => {
  const byName = stream(orders).selectKey((value) => value)
  const options = { name: 'by-name', key: string, value: string, partitions: 5 }
  const joined = topology('joined', [byName.join(rows, plus, options).to(out)])
  expect(() => planPartitions(joined, 'app', counts({ orders: 8, customers: 3 }))).toThrow(
    /by-name is given 5 partitions, but is joined with topics of 3/,
  )
})

test('streams that are aggregated together must be partitioned alike, one that is aggregated alone need not', () => {
  const [left, right] = [stream(orders).groupByKey(), stream(customers).groupByKey()]
  const append = (text: string, value: string) => text + value
  const store = timestampedKeyValueStore('rows', { key: string, value: string })
  const together = left
    .cogroup(append)
    .cogroup(right, append)
    .aggregate(() => '', store)
  const merged = stream(orders).merge(stream(customers)).groupByKey().reduce(append, store)
  const plan = (rows: typeof merged) =>
    planPartitions(topology('rows', [rows.toStream().to(out)]), 'app', counts({ orders: 4, customers: 3 }))
  expect(() => plan(together)).toThrow(/topics that are joined must have the same number of partitions/)
  expect(plan(merged).tasksOf.get(0)).toBe(4)
})
