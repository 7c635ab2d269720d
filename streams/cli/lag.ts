import type { Command } from 'commander'
import { MillraceError } from '../errors'
import type { Log } from '../log/port'
import { type ApplicationLag, applicationLag } from '../worker/operations/lag'
import { loadTopologies } from './load-topologies'
import { openLogFromEnv } from './open-log'
import { type CommandOptions, jsonLine, resolvedOptions, table } from './output'

interface Flags {
  readonly json?: boolean
  readonly applicationId?: string
  readonly topology?: string
  readonly prefix?: string
  readonly max?: string
}

/** `millrace lag <module>`. Exit code 1: more than `--max` records behind; 2: wrong usage, no such module, or no log. */
export function registerLag(program: Command, options: CommandOptions = {}): void {
  const { write, directory, env } = resolvedOptions(options)
  const command = program
    .command('lag <module>')
    .description('how far the applications of a module are behind: by topic and partition of what they read')
    .option('--topology <name>', 'only the one of that name')
    .option('--application-id <id>', "of the worker, where it is not the topology's name")
    .option('--prefix <text>', 'of the application ids, before the names of the topologies')
    .option('--max <records>', 'end with exit code 1 when an application is further behind')
    .option('--json', 'one JSON object a line')
  command.action((module: string, flags: Flags) =>
    run(module, flags).catch((error: unknown) => {
      if (!(error instanceof MillraceError)) throw error
      command.error(`error: ${error.message}`, { exitCode: 2 })
    }),
  )

  async function run(module: string, flags: Flags): Promise<void> {
    const max = maximum(flags.max)
    const all = await loadTopologies(module, directory)
    const chosen = all.filter(({ name }) => flags.topology === undefined || name === flags.topology)
    if (chosen.length === 0) throw invalid(`${module} exports no topology ${flags.topology}`)
    if (chosen.length > 1 && flags.applicationId !== undefined)
      throw invalid('--application-id is that of one application: say which by --topology')
    const log: Log = await openLogFromEnv(env)
    try {
      for (const topology of chosen) {
        const lag = await applicationLag(log, topology, flags.applicationId ?? `${flags.prefix ?? ''}${topology.name}`)
        write(flags.json ? jsonLine(lag) : text(lag))
        if (lag.total > max) process.exitCode = 1
      }
    } finally {
      await log.close()
    }
  }
}

function text({ applicationId, state, members, partitions, total }: ApplicationLag): string {
  const group = state === undefined ? 'no such group' : `${state}, ${members} ${members === 1 ? 'member' : 'members'}`
  const rows = partitions.map(({ topic, partition, committed, end, lag }) => [
    `  ${topic}`,
    partition,
    committed ?? '-',
    end,
    lag,
  ])
  return `${applicationId} (${group}): ${total} behind\n${table([['  topic', 'partition', 'committed', 'end', 'lag'], ...rows])}`
}

function maximum(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw invalid(`--max must be a whole number of records, but is ${JSON.stringify(text)}`)
}

function invalid(message: string): MillraceError {
  return new MillraceError('CONFIG_INVALID', message)
}
