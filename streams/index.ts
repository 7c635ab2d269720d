export { avroSchema, type AvroSchema } from './serdes/avro/schema'
export * from './registry/codegen'
