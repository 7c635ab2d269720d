export { checkGenerated, type GenerateOptions, type GenerationReport, writeGenerated } from './directory'
export { generateTypes, type SchemaFile, type TypesOptions } from './generate'
export type { SchemaValues } from './types'
