export type { EmbeddedLog } from './embedded-log'
export { type EmbeddedLogOptions, type MemoryLogOptions, memoryLog, openEmbeddedLog } from './open'
