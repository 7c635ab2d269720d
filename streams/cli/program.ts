import { MillraceError } from '../errors'
import { version } from '../package.json'
import { commander } from './commander'
import { registerDlq } from './dlq'
import { registerLag } from './lag'
import { registerRegistry } from './registry'
import { registerReset } from './reset'
import { registerSchemas } from './schemas'
import { registerState } from './state'
import { registerTopology } from './topology'
import { registerWorker } from './worker'

/** The `millrace` command. Each verb registers itself; errors end in one line and exit code 1 (2 for wrong usage). */
export async function runMillrace(): Promise<void> {
  try {
    await run()
  } catch (error) {
    process.stderr.write(`${textOf(error)}\n`)
    process.exit(1)
  }
}

async function run(): Promise<void> {
  const { Command } = commander()
  const program = new Command('millrace')
    .description('Stream processing for Kafka in TypeScript')
    .version(version)
    .showHelpAfterError('(--help says more)')
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  registerDlq(program)
  registerTopology(program)
  registerWorker(program)
  registerState(program)
  registerLag(program)
  registerReset(program)
  registerRegistry(program)
  registerSchemas(program)
  await program.parseAsync(process.argv)
}

function textOf(error: unknown): string {
  if (error instanceof MillraceError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
