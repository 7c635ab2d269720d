export { avroSchema, type AvroSchema } from './serdes/avro/schema'
export * from './registry/codegen'
export { type Clock, systemClock } from './clock'
export * from './errors'
export {
  type Aggregate,
  type CommandEnvelope,
  type Decider,
  type EventEnvelope,
  isRefusal,
  type Outcome,
  type Refusal,
  refuse,
} from './graph/decider'
