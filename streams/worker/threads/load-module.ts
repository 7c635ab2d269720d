import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { MillraceError, messageOf } from '../../errors'
import type { WorkerDefinition } from './define-worker'

/**
 * Loads a module of the application: CommonJS or ES, and TypeScript through tsx, which the application has to have.
 * @param path absolute
 * @param directory from where tsx is looked for
 * @throws MillraceError CONFIG_INVALID: no such module, or it cannot be loaded
 */
export async function loadModule(path: string, directory: string): Promise<Readonly<Record<string, unknown>>> {
  if (!existsSync(path)) throw invalid(`there is no module ${path}`)
  try {
    if (/\.[cm]?tsx?$/.test(path)) loadTypeScriptFrom(directory)
    return await requireOrImport(path)
  } catch (error) {
    throw invalid(`${path} cannot be loaded: ${messageOf(error)}`, error)
  }
}

/** The definition that a worker module exports. @throws MillraceError CONFIG_INVALID */
export async function loadDefinition(path: string): Promise<WorkerDefinition> {
  const exported = await loadModule(path, dirname(path))
  // An ES module that was compiled to CommonJS, and is imported, has its exports below `default`.
  const named = (exported.default as { readonly default?: unknown } | undefined)?.default
  const definition = typeof named === 'function' ? named : exported.default
  if (typeof definition === 'function') return definition as WorkerDefinition
  throw invalid(`${path} has no worker as its default export; write export default defineWorker(…)`)
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

function invalid(message: string, cause?: unknown): MillraceError {
  return new MillraceError('CONFIG_INVALID', message, { cause })
}
