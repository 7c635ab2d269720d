import { inspect } from 'node:util'
import { MillraceError } from '../errors'
import type { Topology } from '../graph/topology'
import { loadTopologies } from './load-topologies'

export type Write = (text: string) => void

/** Where a verb writes, and what its paths are relative to. */
export interface CommandOptions {
  /** Default: the standard output. */
  readonly write?: Write
  /** Default: the working directory. */
  readonly directory?: string
  /** Default: the process's. */
  readonly env?: NodeJS.ProcessEnv
}

export function resolvedOptions(options: CommandOptions): Required<CommandOptions> {
  return {
    write: options.write ?? ((text) => void process.stdout.write(text)),
    directory: options.directory ?? process.cwd(),
    env: options.env ?? process.env,
  }
}

/** JSON on one line; a bigint is a text of digits, bytes are base64, a map is its pairs. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value, plain)}\n`
}

/** Sees the value before its own `toJSON`, which for bytes would be a list of numbers. */
function plain(this: unknown, key: string, given: unknown): unknown {
  const value = (this as Record<string, unknown>)[key]
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof Map) return [...value]
  return given
}

/** For people, on one line. */
export function shown(value: unknown): string {
  return inspect(value, { depth: 10, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: 100 })
}

/**
 * The one topology that a module exports, or the one of that name.
 * @throws MillraceError CONFIG_INVALID: none, or several and no name
 */
export async function loadTopology(module: string, directory: string, name: string | undefined): Promise<Topology> {
  const all = await loadTopologies(module, directory)
  const names = all.map((one) => one.name).join(', ')
  if (name === undefined) {
    if (all.length === 1) return all[0]!
    throw new MillraceError(
      'CONFIG_INVALID',
      `${module} exports several topologies (${names}): say which by --topology`,
    )
  }
  const found = all.find((one) => one.name === name)
  if (found !== undefined) return found
  throw new MillraceError('CONFIG_INVALID', `${module} exports no topology ${name}; it has ${names}`)
}

/** Columns as wide as what stands in them; numbers to the right. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => String(row[at]).length)))
  const cell = (value: string | number, at: number) =>
    typeof value === 'number' ? String(value).padStart(widths[at]!) : value.padEnd(widths[at]!)
  return rows.map((row) => `${row.map(cell).join('  ').trimEnd()}\n`).join('')
}
