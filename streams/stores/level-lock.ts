import { MillraceError } from '../errors'
import { classicLevel } from './classic-level'
import { levelError } from './level-errors'

export type Release = () => Promise<void>

export interface LockOptions {
  /** True: threads of this process may hold it together, other processes may not. */
  readonly shared: boolean
  /** What to say when another holds it. */
  readonly inUse: string
  /** The task that it is for, named in the error's details; none for that of the process. */
  readonly task?: string
}

/**
 * Holds a directory. Node has no file locks, level has: an empty database that is held open is one, and the operating
 * system lets go of it when the process dies, however it dies.
 * @throws MillraceError STATE_LOCKED; OutageError STATE_UNAVAILABLE
 */
export async function acquireLock(location: string, options: LockOptions): Promise<Release> {
  try {
    return await openLock(location, options)
  } catch (error) {
    if (!(error instanceof MillraceError) || error.code !== 'STATE_CORRUPT') throw error
    // Nothing is lost with it. Who holds it would have been met before its content was looked at.
    await classicLevel()
      .ClassicLevel.destroy(location)
      .catch((failure) => {
        throw levelError(failure, location)
      })
    return openLock(location, options)
  }
}

async function openLock(location: string, { shared, inUse, task }: LockOptions): Promise<Release> {
  const db = new (classicLevel().ClassicLevel)(location, { multithreading: shared })
  try {
    await db.open()
  } catch (error) {
    await db.close()
    const told = levelError(error, location)
    throw told.code === 'STATE_LOCKED'
      ? new MillraceError('STATE_LOCKED', inUse, { cause: told, details: { ...told.details, task } })
      : told
  }
  return () => db.close()
}
