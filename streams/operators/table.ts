import type { OperatorType } from '../graph/specs'
import { batchSink } from './batch-sink'
import { decide } from './decide'
import { mapAsync } from './map-async'
import type { OperatorFactory } from './operator'
import { process } from './process'
import * as stateless from './stateless'
import { streamJoin } from './stream-join'
import { tableFilter } from './table-filter'
import { tableMapValues } from './table-map-values'
import { toStream } from './to-stream'
import { toTable } from './to-table'

/** How each type of node runs, except those at the edge of a task, which the task itself runs. */
export type InnerOperatorType = Exclude<OperatorType, 'source' | 'sink' | 'repartition'>

export const operators: { readonly [T in InnerOperatorType]: OperatorFactory<T> } = {
  filter: stateless.filter,
  map: stateless.map,
  'map-values': stateless.mapValues,
  'flat-map': stateless.flatMap,
  'flat-map-values': stateless.flatMapValues,
  'select-key': stateless.selectKey,
  peek: stateless.peek,
  foreach: stateless.foreach,
  merge: stateless.pass,
  split: stateless.split,
  branch: stateless.pass,
  process,
  decide,
  'map-async': mapAsync,
  'batch-sink': batchSink,
  'stream-join': streamJoin,
  'to-table': toTable,
  'to-stream': toStream,
  'table-filter': tableFilter,
  'table-map-values': tableMapValues,
}
