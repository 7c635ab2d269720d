import type { OperatorFactory } from './operator'

/** Records whose predicate holds go on; with `not`, the others. */
export const filter: OperatorFactory<'filter'> = ({ predicate, not }, { forward }) => ({
  process: (record) => {
    if (predicate(record.value, record.key) !== not) forward(record)
  },
})

export const map: OperatorFactory<'map'> = (spec, { forward }) => ({
  process: (record) => {
    const [key, value] = spec.map(record.value, record.key)
    forward({ key, value, timestamp: record.timestamp, headers: record.headers })
  },
})

export const mapValues: OperatorFactory<'map-values'> = (spec, { forward }) => ({
  process: ({ key, value, timestamp, headers }) => forward({ key, value: spec.map(value, key), timestamp, headers }),
})

export const flatMap: OperatorFactory<'flat-map'> = (spec, { forward }) => ({
  process: ({ key, value, timestamp, headers }) => {
    for (const [newKey, newValue] of spec.map(value, key)) forward({ key: newKey, value: newValue, timestamp, headers })
  },
})

export const flatMapValues: OperatorFactory<'flat-map-values'> = (spec, { forward }) => ({
  process: ({ key, value, timestamp, headers }) => {
    for (const newValue of spec.map(value, key)) forward({ key, value: newValue, timestamp, headers })
  },
})

export const selectKey: OperatorFactory<'select-key'> = (spec, { forward }) => ({
  process: ({ key, value, timestamp, headers }) => forward({ key: spec.map(value, key), value, timestamp, headers }),
})

export const peek: OperatorFactory<'peek'> = ({ action }, { forward }) => ({
  process: (record) => {
    action(record.value, record.key)
    forward(record)
  },
})

export const foreach: OperatorFactory<'foreach'> = ({ action }) => ({
  process: ({ value, key }) => action(value, key),
})

/** Passes on what comes: sources, merges and the branches of a split. */
export const pass = (_spec: unknown, { forward }: { forward(record: unknown): void }) => ({ process: forward })

/**
 * The first branch whose predicate holds gets the record (Kafka Streams' BranchedKStream). The default branch has the index
 * after the last predicate; where nothing hangs on the branch chosen, the record goes nowhere.
 */
export const split: OperatorFactory<'split'> = ({ predicates }, { children }) => {
  const branchOf = new Map(children.map((child) => [child.spec.type === 'branch' ? child.spec.index : -1, child]))
  return {
    process: (record) => {
      const first = predicates.findIndex((predicate) => predicate(record.value, record.key))
      branchOf.get(first === -1 ? predicates.length : first)?.forward(record)
    },
  }
}
