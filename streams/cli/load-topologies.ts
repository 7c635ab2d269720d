import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { MillraceError, messageOf } from '../errors'
import type { Topology } from '../graph/topology'

/**
 * The topologies a module exports, whatever the names of its exports, in their order. TypeScript is loaded through tsx, which
 * the application has to have.
 * @throws MillraceError CONFIG_INVALID: no such module, it cannot be loaded, or it exports no topology
 */
export async function loadTopologies(module: string, directory: string): Promise<readonly Topology[]> {
  const path = resolve(directory, module)
  if (!existsSync(path)) throw invalid(`there is no module ${path}`)
  const exported = await load(path, directory)
  const topologies = [...new Set(Object.values(exported).filter(isTopology))]
  if (topologies.length > 0) return topologies
  throw invalid(`${module} exports no topology; export what topology(…) gives`)
}

async function load(path: string, directory: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    if (/\.[cm]?tsx?$/.test(path)) loadTypeScriptFrom(directory)
    return requireOrImport(path)
  } catch (error) {
    throw invalid(`${path} cannot be loaded: ${messageOf(error)}`, error)
  }
}

async function requireOrImport(path: string): Promise<Readonly<Record<string, unknown>>> {
  const require = createRequire(path)
  try {
    return require(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_REQUIRE_ESM') throw error
    return import(pathToFileURL(path).href)
  }
}

/** Run from its sources, the command has tsx on already; a second time does no harm. */
function loadTypeScriptFrom(directory: string): void {
  const require = createRequire(join(directory, 'package.json'))
  try {
    require('tsx/cjs')
  } catch (cause) {
    throw invalid('TypeScript modules need tsx; install it, or name the compiled module', cause)
  }
}

/** By its shape: the module may have its topology from another copy of this package. */
function isTopology(value: unknown): value is Topology {
  if (typeof value !== 'object' || value === null) return false
  const { name, steps, subTopologies, stores } = value as Partial<Topology>
  return typeof name === 'string' && Array.isArray(steps) && Array.isArray(subTopologies) && stores instanceof Map
}

function invalid(message: string, cause?: unknown): MillraceError {
  return new MillraceError('CONFIG_INVALID', message, { cause })
}
