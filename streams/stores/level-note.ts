import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { StateNote } from './backend'
import { levelError } from './level-errors'

/** A text in a file: written beside it first, so that a crash leaves the old text or the new one whole. */
export function fileNote(path: string): StateNote {
  return {
    async read() {
      try {
        return await readFile(path, 'utf8')
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw levelError(error, path)
      }
    },
    async write(text) {
      try {
        await mkdir(dirname(path), { recursive: true })
        const draft = await open(`${path}.draft`, 'w')
        try {
          await draft.writeFile(text, 'utf8')
          await draft.sync()
        } finally {
          await draft.close()
        }
        await rename(`${path}.draft`, path)
      } catch (error) {
        throw levelError(error, path)
      }
    },
    async remove() {
      await rm(path, { force: true }).catch((error) => {
        throw levelError(error, path)
      })
    },
  }
}
