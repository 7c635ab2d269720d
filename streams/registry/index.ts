export { type RegistryAdmin, registryAdmin } from './admin'
export { canonicalForm, crc64Fingerprint, sha256Fingerprint } from './avro/canonical'
export type { LogicalForm, LogicalForms, LongForm, ValueOptions } from './avro/forms'
export { parseAvro } from './avro/parse'
export type { AvroType } from './avro/schema'
export * from './codegen'
export { type Compatibility, checkCompatibility, type Incompatibility, type IncompatibilityType } from './compatibility'
export { type RegistryConnection, type RegistryCredentials, type RegistryTls, registryFromEnv } from './connection'
export {
  type Break,
  type Change,
  type Contract,
  type Contracts,
  checkContract,
  diffSchemas,
  type Finding,
  type PastVersion,
  readContracts,
  type SchemaDiff,
  validateContracts,
} from './contracts'
export { type EmbeddedRegistry, embeddedRegistry } from './embedded'
export { inMemoryRegistry } from './in-memory'
export { type CompatibilityLevel, compatibilityLevels, type LevelViolation, levelViolations } from './levels'
export type { LocalRegistry } from './local'
export { type LogRegistry, openLogRegistry } from './log-registry'
export type {
  ReferencedSchema,
  RegisteredSchema,
  RegisterOptions,
  SchemaReference,
  SchemaRegistry,
  SchemaType,
} from './port'
export { parseRegistered } from './references'
export { type RemoteRegistryOptions, remoteRegistry } from './remote'
export { registryRoutes } from './routes'
export type { ServedRegistry } from './served'
export { type RegistryServer, type RegistryServerOptions, serveRegistry } from './server'
export type { Deleted, RegistryMode, SubjectVersion } from './state'
