import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { checkGenerated, writeGenerated } from '../../registry/codegen'
import { commander } from '../commander'
import { counted, DEFAULT_DIRECTORY, exitCodes, guarded, type Surroundings, usage, verdict } from './common'

interface Flags {
  readonly to?: string
  readonly check?: boolean
  readonly long?: string
  readonly unions?: string
  readonly json?: boolean
}

/** `millrace schemas generate`: types and serdes from the schema files; `--check` writes nothing and fails when they are stale. */
export function generateVerb(around: Surroundings): Command {
  const { Command } = commander()
  const command = new Command('generate')
    .description('types and serdes in TypeScript from the schema files')
    .argument('[directory]', 'of .avsc files (default: schemas)')
    .option('--to <directory>', 'of the modules; it holds nothing else (default: generated/ in the directory)')
    .option('--check', 'write nothing; exit code 1 when a module is not as it would be generated')
    .option('--long <form>', 'number (exact, or refused) or bigint')
    .option('--unions <form>', 'plain or wrapped ({ branch: value })')
    .option('--json', 'as JSON on one line')
    .addHelpText('after', exitCodes)
  return command.action((directory: string | undefined, flags: Flags) =>
    guarded(command, () => {
      const from = resolve(around.directory, directory ?? DEFAULT_DIRECTORY)
      if (!existsSync(from)) throw usage(`there is no directory ${from}`)
      const to = flags.to === undefined ? join(from, 'generated') : resolve(around.directory, flags.to)
      const long = oneOf('--long', flags.long, ['number', 'bigint'] as const)
      const unions = oneOf('--unions', flags.unions, ['plain', 'wrapped'] as const)
      const options = { from, to, ...(long && { long }), ...(unions && { unions }) }
      const report = flags.check ? checkGenerated(options) : writeGenerated(options)
      const { modules, stale, orphaned } = report
      const [written, removed] = flags.check
        ? [
            'is not as its schema says; run `millrace schemas generate`',
            'has no schema any more; run `millrace schemas generate`',
          ]
        : ['written', 'removed']
      const lines = [
        ...stale.map((name) => `${around.shown(join(to, name))}: ${written}\n`),
        ...orphaned.map((name) => `${around.shown(join(to, name))}: ${removed}\n`),
      ]
      const isWell = lines.length === 0
      const text = isWell ? `${counted(modules.length, 'module')} up to date\n` : lines.join('')
      around.tell(flags, { upToDate: isWell || !flags.check, ...report }, text)
      verdict(isWell || !flags.check)
    }),
  )
}

function oneOf<T extends string>(flag: string, value: string | undefined, allowed: readonly T[]): T | undefined {
  const found = allowed.find((one) => one === value)
  if (found === undefined && value !== undefined)
    throw usage(`${flag} must be ${allowed.join(' or ')}, but is ${value}`)
  return found
}
