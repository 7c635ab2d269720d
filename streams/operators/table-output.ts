import { type Change, change } from '../graph/change'
import type { ErasedTableStore } from '../graph/specs/table'
import type { OperatorContext, StreamRecord } from './operator'
import { type TableRows, tableRows } from './table-rows'
import { updates } from './updates'

/** Where the results of a table operator go: on to its children, and first into its store where it has one. */
export interface TableOutput {
  readonly rows?: TableRows
  /** The record's key and timestamp are those of the row. A write that comes too late for the store is left out and counted. */
  forward(record: StreamRecord, update: Change<unknown>): void
  flush(): void
}

export function tableOutput(store: ErasedTableStore | undefined, context: OperatorContext): TableOutput {
  if (store === undefined) return { forward: (record, update) => context.forward({ ...record, value: update }), flush }
  const rows = tableRows(store, context)
  const results = updates(context, store)
  return {
    rows,
    forward: (record, { newValue, oldValue }) => {
      const written = rows.put(record.key, newValue, record.timestamp)
      if (written === 'refused') return context.dropped('older than the history of the store')
      results.forward(record, change(newValue, oldValue, written === 'latest'))
    },
    flush: results.flush,
  }
}

function flush(): void {}
