import { stream } from '../../../dsl/stream'
import { table } from '../../../dsl/table'
import { topology } from '../../../graph/topology'
import { json, long, string } from '../../../serdes'
import { timestampedKeyValueStore, versionedStore } from '../../../stores/declaration'
import { type Scenarios, topics } from '../scenario'
import { jsons, longs, texts } from '../topics'

interface Employee {
  readonly dept: string
  readonly salary: number
}
interface Payroll {
  readonly count: number
  readonly sum: number
}

/** Java's queryable stores; where a scenario compares none, Kafka Streams keeps the rows all the same. */
const textRows = (name: string) => timestampedKeyValueStore(name, { key: string, value: string })
const longRows = (name: string) => timestampedKeyValueStore(name, { key: string, value: long })

export const scenarios: Scenarios = {
  'table-filter-map-values': () => {
    const input = longs('in')
    const filtered = longs('filtered')
    const mapped = texts('mapped')
    const chained = longs('chained')
    const rows = table(input)
    return {
      topology: topology('table-filter-map-values', [
        rows
          .filter((value) => value >= 8)
          .toStream()
          .to(filtered),
        rows
          .mapValues((value, key) => `${key}:${value}`)
          .toStream()
          .to(mapped),
        rows
          .filterNot((value) => value % 2 === 0)
          .mapValues((value) => value * 10)
          .toStream()
          .to(chained),
      ]),
      topics: topics(input, filtered, mapped, chained),
    }
  },

  'table-filter-materialized': () => {
    const input = longs('in')
    const filtered = longs('filtered')
    const mapped = texts('mapped')
    const big = table(input, longRows('src')).filter((value) => value >= 8, longRows('big'))
    return {
      topology: topology('table-filter-materialized', [
        big.toStream().to(filtered),
        big
          .mapValues((value) => `v${value}`, textRows('named'))
          .toStream()
          .to(mapped),
      ]),
      topics: topics(input, filtered, mapped),
    }
  },

  'table-to-stream-out-of-order': () => {
    const input = texts('in')
    const output = texts('out')
    return {
      topology: topology('table-to-stream-out-of-order', [table(input, textRows('src')).toStream().to(output)]),
      topics: topics(input, output),
    }
  },

  'stream-to-table': () => {
    const input = texts('in')
    const direct = texts('direct-out')
    const rekeyed = texts('rekeyed-out')
    const source = stream(input)
    const byLast = source.selectKey((value) => (value === null ? null : value.slice(-1)))
    return {
      topology: topology('stream-to-table', [
        source.toTable(textRows('direct')).toStream().to(direct),
        byLast
          .toTable(textRows('rekeyed'))
          .mapValues((value) => `${value}!`)
          .toStream()
          .to(rekeyed),
      ]),
      topics: topics(input, direct, rekeyed),
    }
  },

  'table-group-by-count': () => {
    const input = texts('in')
    const output = longs('out')
    const groups = table(input, textRows('src')).groupBy((value, key) => [value === '-' ? null : value, key], {
      name: 'group-counts',
      key: string,
      value: string,
    })
    return {
      topology: topology('table-group-by-count', [groups.count(longRows('group-counts')).toStream().to(output)]),
      topics: topics(input, output),
    }
  },

  'table-group-by-aggregate': () => {
    const input = jsons<Employee>('in')
    const output = jsons<Payroll>('out')
    const perDept = timestampedKeyValueStore('per-dept', { key: string, value: json<Payroll>() })
    const rows = table(input, timestampedKeyValueStore('src', { key: string, value: json<Employee>() }))
    const payroll = rows
      .groupBy(({ dept, salary }) => [dept, salary], { name: 'per-dept', key: string, value: long })
      .aggregate(
        () => ({ count: 0, sum: 0 }),
        ({ count, sum }, salary) => ({ count: count + 1, sum: sum + salary }),
        ({ count, sum }, salary) => ({ count: count - 1, sum: sum - salary }),
        perDept,
      )
    return {
      topology: topology('table-group-by-aggregate', [payroll.toStream().to(output)]),
      topics: topics(input, output),
    }
  },

  'table-group-by-reduce': () => {
    const input = longs('in')
    const output = longs('out')
    const totals = table(input, longRows('rows'))
      .filter((value) => value >= 0)
      .groupBy((value, key) => [[...key][0] ?? '', value], { name: 'totals', key: string, value: long })
      .reduce(
        (total, value) => total + value,
        (total, value) => total - value,
        longRows('totals'),
      )
    return {
      topology: topology('table-group-by-reduce', [totals.toStream().to(output)]),
      topics: topics(input, output),
    }
  },

  'versioned-table-out-of-order': () => {
    const input = longs('in')
    const all = longs('all')
    const filtered = longs('filtered')
    const parity = longs('parity-out')
    const rows = table(input, versionedStore('versions', { key: string, value: long, historyRetentionMs: 2_000 }))
    const groups = rows.groupBy((value) => [value % 2 === 0 ? 'even' : 'odd', value], {
      name: 'parity',
      key: string,
      value: long,
    })
    return {
      topology: topology('versioned-table-out-of-order', [
        rows.toStream().to(all),
        rows
          .filter((value) => value >= 5)
          .toStream()
          .to(filtered),
        groups.count(longRows('parity')).toStream().to(parity),
      ]),
      topics: topics(input, all, filtered, parity),
    }
  },
}
