import { resolve } from 'node:path'
import type { Command } from 'commander'
import { MillraceError } from '../errors'
import type { StateDirectory } from '../stores/backend'
import { levelStateDirectory } from '../stores/level-directory'
import { executeReset, planReset, type ResetPlan, type ResetTo } from '../worker/operations/reset'
import { openLogFromEnv } from './open-log'
import { type CommandOptions, jsonLine, loadTopology, resolvedOptions, table } from './output'

interface Flags {
  readonly topology?: string
  readonly applicationId?: string
  readonly stateDir?: string
  readonly toEarliest?: boolean
  readonly toLatest?: boolean
  readonly toDatetime?: string
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** `millrace reset <module>`. Exit code 2: wrong usage, or refused because the application runs; nothing is changed then. */
export function registerReset(program: Command, options: CommandOptions = {}): void {
  const { write, directory, env } = resolvedOptions(options)
  const command = program
    .command('reset <module>')
    .description('let an application begin anew: offsets set back, internal topics and local state deleted')
    .option('--topology <name>', 'which of several that the module exports')
    .option('--application-id <id>', "of the worker, where it is not the topology's name")
    .option(
      '--state-dir <dir>',
      'its state directory on this machine, to be emptied too; other machines have their own',
    )
    .option('--to-earliest', 'read the source topics from their beginning (the default)')
    .option('--to-latest', 'read only what comes from now on')
    .option('--to-datetime <iso>', 'read what was written from then on, for example 2026-11-01T00:00:00Z')
    .option('--dry-run', 'say what would be done, change nothing')
    .option('--json', 'the plan as JSON')
  command.action((module: string, flags: Flags) =>
    run(module, flags).catch((error: unknown) => {
      if (!(error instanceof MillraceError)) throw error
      command.error(`error: ${error.message}`, { exitCode: 2 })
    }),
  )

  async function run(module: string, flags: Flags): Promise<void> {
    const to = target(flags)
    const topology = await loadTopology(module, directory, flags.topology)
    const applicationId = flags.applicationId ?? topology.name
    const state = flags.stateDir === undefined ? undefined : stateIn(resolve(directory, flags.stateDir), applicationId)
    const log = await openLogFromEnv(env)
    try {
      const plan = await planReset(log, topology, state, { applicationId, to })
      if (!flags.dryRun) await executeReset(log, state, plan)
      write(flags.json ? jsonLine({ ...plan, dryRun: flags.dryRun === true }) : text(plan, flags))
    } finally {
      await state?.close()
      await log.close()
    }
  }
}

function stateIn(stateDir: string, applicationId: string): StateDirectory {
  return levelStateDirectory(stateDir, applicationId)
}

function target({ toEarliest, toLatest, toDatetime }: Flags): ResetTo {
  const given = [toEarliest, toLatest, toDatetime].filter((flag) => flag !== undefined).length
  if (given > 1) throw invalid('--to-earliest, --to-latest and --to-datetime exclude each other')
  if (toLatest) return 'latest'
  if (toDatetime === undefined) return 'earliest'
  const timestamp = Date.parse(toDatetime)
  if (Number.isNaN(timestamp)) throw invalid(`--to-datetime is no date and time: ${JSON.stringify(toDatetime)}`)
  return { timestamp }
}

function text({ applicationId, members, offsets, deleteTopics, wipeTasks }: ResetPlan, flags: Flags): string {
  const rows = offsets.map(({ topic, partition, from, to }) => [`  ${topic}`, partition, from ?? '-', to])
  const listed = (names: readonly string[]) => names.join(', ') || 'none'
  return [
    `${applicationId}: ${flags.dryRun ? 'would be reset' : 'reset'}\n`,
    members > 0
      ? `  refused while it has ${members} ${members === 1 ? 'member' : 'members'}: stop its workers first\n`
      : '',
    table([['  topic', 'partition', 'from', 'to'], ...rows]),
    `  internal topics deleted: ${listed(deleteTopics)}\n`,
    flags.stateDir === undefined
      ? '  local state: untouched (--state-dir says where it lies)\n'
      : `  local state deleted: ${listed(wipeTasks)}\n`,
  ].join('')
}

function invalid(message: string): MillraceError {
  return new MillraceError('CONFIG_INVALID', message)
}
