import type { OperatorType } from './specs'
import type { Step } from './steps'

/** The prefixes of Kafka Streams, so that its visualisers recognise the steps. */
const prefixes: Readonly<Partial<Record<OperatorType, string>>> = {
  source: 'KSTREAM-SOURCE',
  sink: 'KSTREAM-SINK',
  filter: 'KSTREAM-FILTER',
  map: 'KSTREAM-MAP',
  'map-values': 'KSTREAM-MAPVALUES',
  'flat-map': 'KSTREAM-FLATMAP',
  'flat-map-values': 'KSTREAM-FLATMAPVALUES',
  'select-key': 'KSTREAM-KEY-SELECT',
  peek: 'KSTREAM-PEEK',
  foreach: 'KSTREAM-FOREACH',
  merge: 'KSTREAM-MERGE',
  split: 'KSTREAM-BRANCH',
  branch: 'KSTREAM-BRANCHCHILD',
  process: 'KSTREAM-PROCESSOR',
  'stream-join': 'KSTREAM-JOIN',
  'stream-table-join': 'KSTREAM-JOIN',
  'global-table-join': 'KSTREAM-JOIN',
  aggregate: 'KSTREAM-AGGREGATE',
  'hopping-aggregate': 'KSTREAM-AGGREGATE',
  'sliding-aggregate': 'KSTREAM-AGGREGATE',
  'session-aggregate': 'KSTREAM-AGGREGATE',
  suppress: 'KTABLE-SUPPRESS',
  'to-table': 'KTABLE-SOURCE',
  'to-stream': 'KTABLE-TOSTREAM',
  'table-filter': 'KTABLE-FILTER',
  'table-map-values': 'KTABLE-MAPVALUES',
  'table-join': 'KTABLE-MERGE',
  'foreign-key-subscribe': 'KTABLE-FK-JOIN-SUBSCRIPTION-REGISTRATION',
  'foreign-key-answer': 'KTABLE-FK-JOIN-SUBSCRIPTION-PROCESSOR',
  'foreign-key-resolve': 'KTABLE-FK-JOIN-SUBSCRIPTION-RESPONSE-RESOLVER-PROCESSOR',
  'table-group-by': 'KTABLE-SELECT',
  'table-aggregate': 'KTABLE-AGGREGATE',
}

/** The name given by hand, or one derived from the place; derived names are for people only and change nothing durable. */
export function stepName(step: Pick<Step, 'index' | 'node' | 'role'>): string {
  const { spec } = step.node
  const place = placeText(step.index)
  if (spec.type === 'repartition') {
    return `${spec.repartition}-repartition-${step.role === 'repartition-source' ? 'source' : 'sink'}`
  }
  if (spec.name !== undefined) return spec.name
  if (spec.type === 'process' && spec.valuesOnly) return `KSTREAM-PROCESSVALUES-${place}`
  const isLeft = (spec.type === 'stream-table-join' || spec.type === 'global-table-join') && spec.left
  if (isLeft) return `KSTREAM-LEFTJOIN-${place}`
  return `${prefixes[spec.type] ?? `KSTREAM-${spec.type.toUpperCase()}`}-${place}`
}

/** Kafka Streams' number of a step. */
export function placeText(index: number): string {
  return String(index).padStart(10, '0')
}

/** `<app-id>-<store>-changelog` */
export function changelogTopic(applicationId: string, store: string): string {
  return `${applicationId}-${store}-changelog`
}

/** `<app-id>-<name>-repartition` */
export function repartitionTopic(applicationId: string, name: string): string {
  return `${applicationId}-${name}-repartition`
}

/** Where the records of a topic go that cannot be decoded or processed. */
export function deadLetterTopic(topic: string): string {
  return `${topic}-dlq`
}
