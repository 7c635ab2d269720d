import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { MillraceError } from '../../errors'
import type { StateDirectory } from '../../stores/backend'

export interface StoredStore {
  readonly task: string
  readonly store: string
  readonly bytes: number
  /** The changelog offset from which it would be restored; undefined where it has not begun. */
  readonly position: number | undefined
  /** An estimate, as level counts. */
  readonly entries: number | undefined
  /** Why it cannot be opened: in use, damaged. */
  readonly problem: string | undefined
}

/** What lies in one application's state directory (`<stateDir>/<applicationId>`). A store in use is listed as such. */
export async function* listState(state: StateDirectory, root: string): AsyncGenerator<StoredStore> {
  for (const task of await state.tasks()) {
    for (const store of await directoriesIn(join(root, task))) {
      const bytes = await sizeOf(join(root, task, store))
      yield { task, store, bytes, ...(await lookInto(state, task, store)) }
    }
  }
}

async function lookInto(state: StateDirectory, task: string, store: string) {
  try {
    const backend = await state.open(task, store)
    try {
      return { position: backend.position(), entries: backend.approximateNumEntries(), problem: undefined }
    } finally {
      await backend.close()
    }
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error
    return {
      position: undefined,
      entries: undefined,
      problem: error.code === 'STATE_LOCKED' ? 'in use' : `${error.code}: ${error.message}`,
    }
  }
}

/** The applications that have state there: directories with directories of tasks in them. */
export async function applicationsIn(stateDir: string): Promise<readonly string[]> {
  const found = await Promise.all(
    (await directoriesIn(stateDir)).map(async (name) => ({ name, tasks: await directoriesIn(join(stateDir, name)) })),
  )
  return found.flatMap(({ name, tasks }) => (tasks.some((task) => /^(\d+_\d+|global)$/.test(task)) ? [name] : []))
}

async function directoriesIn(path: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true })
    return entries.flatMap((entry) => (entry.isDirectory() && !entry.name.startsWith('.') ? [entry.name] : [])).sort()
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : 'cannot be read'
    throw new MillraceError('CONFIG_INVALID', `state directory ${path} ${why}`, { cause })
  }
}

async function sizeOf(path: string): Promise<number> {
  const sizes = await Promise.all(
    (await readdir(path)).map((file) =>
      stat(join(path, file)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
