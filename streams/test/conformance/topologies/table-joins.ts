import { type Table, table } from '../../../dsl/table'
import { topology } from '../../../graph/topology'
import { long, string } from '../../../serdes'
import { timestampedKeyValueStore, versionedStore } from '../../../stores/declaration'
import { type Scenario, type Scenarios, topics } from '../scenario'
import { longs, texts } from '../topics'

type Texts = Table<string, string>
const textRows = (name: string) => timestampedKeyValueStore(name, { key: string, value: string })
const plus = (left: string | null, right: string | null) => `${left}+${right}`

/** l and r joined in a store, to out. */
const joinedInStore =
  (name: string, join: (left: Texts, right: Texts) => Texts): (() => Scenario) =>
  () => {
    const left = texts('left')
    const right = texts('right')
    const output = texts('out')
    const joined = join(table(left, textRows('l')), table(right, textRows('r')))
    return { topology: topology(name, [joined.toStream().to(output)]), topics: topics(left, right, output) }
  }
const joinedRows = textRows('joined')

export const scenarios: Scenarios = {
  'table-table-join': joinedInStore('table-table-join', (left, right) => left.join(right, plus, joinedRows)),
  'table-table-left-join': joinedInStore('table-table-left-join', (left, right) =>
    left.leftJoin(right, plus, joinedRows),
  ),
  'table-table-outer-join': joinedInStore('table-table-outer-join', (left, right) =>
    left.outerJoin(right, plus, joinedRows),
  ),

  'table-table-join-unmaterialized': () => {
    const left = texts('left')
    const right = texts('right')
    const inner = texts('inner')
    const leftOut = texts('left-out')
    const outer = texts('outer')
    const l = table(left, textRows('l'))
    const r = table(right, textRows('r'))
    return {
      topology: topology('table-table-join-unmaterialized', [
        l.join(r, plus).toStream().to(inner),
        l.leftJoin(r, plus).toStream().to(leftOut),
        l.outerJoin(r, plus).toStream().to(outer),
      ]),
      topics: topics(left, right, inner, leftOut, outer),
    }
  },

  'table-join-then-group-by': () => {
    const left = longs('left')
    const right = texts('right')
    const output = longs('out')
    const amounts = table(left, timestampedKeyValueStore('amounts', { key: string, value: long }))
    const regions = table(right, textRows('regions'))
    const perRegion = amounts
      .join(regions, (amount, region) => ({ amount, region }))
      .groupBy(({ region, amount }) => [region, amount], { name: 'per-region', key: string, value: long })
      .reduce(
        (total, amount) => total + amount,
        (total, amount) => total - amount,
        timestampedKeyValueStore('per-region', { key: string, value: long }),
      )
    return {
      topology: topology('table-join-then-group-by', [perRegion.toStream().to(output)]),
      topics: topics(left, right, output),
    }
  },

  'versioned-table-table-join': () => {
    const left = texts('left')
    const right = texts('right')
    const inner = texts('inner')
    const leftOut = texts('left-out')
    const versions = (name: string) => versionedStore(name, { key: string, value: string, historyRetentionMs: 3_000 })
    const l = table(left, versions('l'))
    const r = table(right, versions('r'))
    return {
      topology: topology('versioned-table-table-join', [
        l.join(r, plus).toStream().to(inner),
        l.leftJoin(r, plus).toStream().to(leftOut),
      ]),
      topics: topics(left, right, inner, leftOut),
    }
  },
}
