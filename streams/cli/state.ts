import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { MillraceError } from '../errors'
import type { SchemaRegistry } from '../registry'
import { levelStateDirectory } from '../stores/level-directory'
import { applicationsIn, listState, type StoredStore } from '../worker/operations/list-state'
import { readState, typedKey } from '../worker/operations/read-state'
import { type StoreVerdict, verifyState } from '../worker/operations/verify-state'
import { openLogFromEnv } from './open-log'
import { withRegistryFromEnv } from './open-registry'
import { type CommandOptions, jsonLine, loadTopology, resolvedOptions, shown, table } from './output'

interface Flags {
  readonly json?: boolean
}

interface StoreFlags extends Flags {
  readonly topology?: string
  readonly applicationId?: string
}

/**
 * `millrace state ls|get|verify`. Exit code 1: nothing found, or a store that is not the fold of its changelog; 2: wrong
 * usage, or state that a worker has in use.
 */
export function registerState(program: Command, options: CommandOptions = {}): void {
  const { write, directory, env } = resolvedOptions(options)
  const state = program.command('state').description('look into state directories, and prove what is in them')
  const guarded = <A extends readonly unknown[]>(command: Command, run: (...args: A) => Promise<void>) =>
    command.action((...args: unknown[]) =>
      run(...(args as unknown as A)).catch((error: unknown) => {
        if (!(error instanceof MillraceError)) throw error
        const mend = error.code === 'STATE_LOCKED' ? ' To look at it, stop the worker, or copy the directory.' : ''
        command.error(`error: ${error.message}${mend}`, { exitCode: 2 })
      }),
    )
  const ofTopology = (command: Command) =>
    command
      .option('--topology <name>', 'which of several that the module exports')
      .option('--application-id <id>', "of the worker, where it is not the topology's name")

  guarded(
    state
      .command('ls <state-dir>')
      .description('applications, tasks and stores in a state directory, with sizes and changelog positions')
      .option('--json', 'one JSON object a line'),
    async (stateDir: string, flags: Flags) => {
      const root = resolve(directory, stateDir)
      const rows: (StoredStore & { readonly applicationId: string })[] = []
      for (const applicationId of await applicationsIn(root)) {
        const opened = levelStateDirectory(root, applicationId)
        for await (const found of listState(opened, join(root, applicationId))) rows.push({ applicationId, ...found })
        await opened.close()
      }
      write(flags.json ? rows.map(jsonLine).join('') : listing(rows))
    },
  )
  guarded(
    ofTopology(
      state
        .command('get <module> <state-dir> <store> <key>')
        .description(
          'what a store holds of a key, decoded by the serdes of the topology; keys that are no text as JSON',
        )
        .option('--json', 'one JSON object a line'),
    ),
    async (module: string, stateDir: string, store: string, key: string, flags: StoreFlags) => {
      const topology = await loadTopology(module, directory, flags.topology)
      const applicationId = flags.applicationId ?? topology.name
      const opened = levelStateDirectory(resolve(directory, stateDir), applicationId)
      try {
        const wanted = typedKey(topology, store, key)
        const read = (registry?: SchemaRegistry) =>
          readState({ topology, state: opened, applicationId, registry }, store, wanted)
        const found = await read().catch((error: unknown) => {
          // Only serdes with schemas need a registry, and with it perhaps the log.
          if (!(error instanceof MillraceError) || error.code !== 'CONFIG_INVALID') throw error
          return withRegistryFromEnv(env, () => openLogFromEnv(env), read)
        })
        for (const one of found)
          write(flags.json ? jsonLine(one) : `${one.task}  ${windowText(one.window)}${shown(one.value)}\n`)
        if (found.length > 0) return
        if (!flags.json) write(`store ${store} has no key ${key} here\n`)
        process.exitCode = 1
      } finally {
        await opened.close()
      }
    },
  )
  guarded(
    ofTopology(
      state
        .command('verify <module> <state-dir>')
        .description('prove that each store is the fold of its changelog up to where it stands')
        .option('--json', 'one JSON object a line'),
    ),
    async (module: string, stateDir: string, flags: StoreFlags) => {
      const topology = await loadTopology(module, directory, flags.topology)
      const applicationId = flags.applicationId ?? topology.name
      const opened = levelStateDirectory(resolve(directory, stateDir), applicationId)
      const log = await openLogFromEnv(env)
      let stores = 0
      try {
        for await (const verdict of verifyState(log, topology, opened, { applicationId })) {
          stores += 1
          write(flags.json ? jsonLine(verdict) : verdictText(verdict))
          if (verdict.differences.length > 0 || verdict.problem !== undefined) process.exitCode = 1
        }
        if (stores === 0 && !flags.json) write(`no stores of ${applicationId} in ${stateDir}\n`)
      } finally {
        await opened.close()
        await log.close()
      }
    },
  )
}

function windowText(window: { readonly start: number; readonly end: number } | undefined): string {
  if (window === undefined) return ''
  return `[${new Date(window.start).toISOString()}, ${new Date(window.end).toISOString()})  `
}

function listing(rows: readonly (StoredStore & { readonly applicationId: string })[]): string {
  if (rows.length === 0) return 'no state\n'
  const head = ['application', 'task', 'store', 'entries', 'bytes', 'changelog offset', 'problem']
  return table([
    head,
    ...rows.map(({ applicationId, task, store, entries, bytes, position, problem }) => [
      ...[applicationId, task, store],
      ...[entries ?? '?', bytes, position ?? '-', problem ?? ''],
    ]),
  ])
}

const SHOWN_DIFFERENCES = 5

function verdictText({ task, store, entries, position, behind, differences, problem }: StoreVerdict): string {
  const place = `${task} ${store}`
  if (problem !== undefined) return `${place}: cannot be verified: ${problem}\n`
  const where = `up to offset ${position ?? '-'}${behind > 0 ? `, ${behind} records behind` : ''}`
  if (differences.length === 0) return `${place}: ok, ${entries} entries ${where}\n`
  const listed = differences.slice(0, SHOWN_DIFFERENCES).map(({ kind, entry }) => {
    const { key, value, timestamp } = entry
    return `  ${kind}: key ${shown(key.toString('utf8'))} value ${shown(value.toString('utf8').slice(0, 200))}${timestamp === undefined ? '' : ` timestamp ${timestamp}`}\n`
  })
  const more = differences.length - listed.length
  return `${place}: ${differences.length} differences from the fold of its changelog ${where}\n${listed.join('')}${more > 0 ? `  and ${more} more\n` : ''}`
}
