export { checkGenerated, type GenerateOptions, type GenerationReport, writeGenerated } from './directory'
export { generateTypes, type SchemaFile } from './generate'
