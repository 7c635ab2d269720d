import { createWriteStream } from 'node:fs'
import type { Operation } from './load'

/** What became of each operation, in memory for the verifier and line by line in a file for whoever looks into a run. */
export interface Journal {
  readonly operations: readonly Operation[]
  note(operation: Operation): void
  close(): Promise<void>
}

export function openJournal(file: string): Journal {
  const stream = createWriteStream(file, { flags: 'a' })
  const operations: Operation[] = []
  return {
    operations,
    note: (operation) => {
      operations.push(operation)
      const { bytes, ...rest } = operation
      stream.write(`${JSON.stringify({ at: new Date().toISOString(), ...rest, base64: bytes?.toString('base64') })}\n`)
    },
    close: () => new Promise((resolve) => stream.end(() => resolve())),
  }
}
