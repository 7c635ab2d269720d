import { resolve } from 'node:path'
import { MillraceError } from '../errors'
import type { Topology } from '../graph/topology'
import { loadModule } from '../worker/threads/load-module'

/**
 * The topologies a module exports, whatever the names of its exports, in their order. TypeScript is loaded through tsx, which
 * the application has to have.
 * @throws MillraceError CONFIG_INVALID: no such module, it cannot be loaded, or it exports no topology
 */
export async function loadTopologies(module: string, directory: string): Promise<readonly Topology[]> {
  const exported = await loadModule(resolve(directory, module), directory)
  const topologies = [...new Set(Object.values(exported).filter(isTopology))]
  if (topologies.length > 0) return topologies
  throw invalid(`${module} exports no topology; export what topology(…) gives`)
}

/** By its shape: the module may have its topology from another copy of this package. */
function isTopology(value: unknown): value is Topology {
  if (typeof value !== 'object' || value === null) return false
  const { name, steps, subTopologies, stores } = value as Partial<Topology>
  return typeof name === 'string' && Array.isArray(steps) && Array.isArray(subTopologies) && stores instanceof Map
}

function invalid(message: string): MillraceError {
  return new MillraceError('CONFIG_INVALID', message)
}
