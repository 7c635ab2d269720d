import type { OperatorType } from '../graph/specs'
import { aggregate } from './aggregate'
import { batchSink } from './batch-sink'
import { decide } from './decide'
import { foreignKeyAnswer } from './foreign-key-answer'
import { foreignKeyResolve } from './foreign-key-resolve'
import { foreignKeySubscribe } from './foreign-key-subscribe'
import { globalTableJoin } from './global-table-join'
import { holdForGrace } from './hold-for-grace'
import { hoppingAggregate } from './hopping-aggregate'
import { mapAsync } from './map-async'
import type { OperatorFactory } from './operator'
import { process } from './process'
import { sessionAggregate } from './session-aggregate'
import { slidingAggregate } from './sliding-aggregate'
import * as stateless from './stateless'
import { streamJoin } from './stream-join'
import { streamTableJoin } from './stream-table-join'
import { suppress } from './suppress'
import { tableAggregate } from './table-aggregate'
import { tableFilter } from './table-filter'
import { tableGroupBy } from './table-group-by'
import { tableJoin } from './table-join'
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
  'stream-table-join': streamTableJoin,
  'hold-for-grace': holdForGrace,
  'global-table-join': globalTableJoin,
  aggregate,
  'hopping-aggregate': hoppingAggregate,
  'sliding-aggregate': slidingAggregate,
  'session-aggregate': sessionAggregate,
  suppress,
  'to-table': toTable,
  'to-stream': toStream,
  'table-filter': tableFilter,
  'table-map-values': tableMapValues,
  'table-join': tableJoin,
  'foreign-key-subscribe': foreignKeySubscribe,
  'foreign-key-answer': foreignKeyAnswer,
  'foreign-key-resolve': foreignKeyResolve,
  'table-group-by': tableGroupBy,
  'table-aggregate': tableAggregate,
}
