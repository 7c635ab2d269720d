/** Entries as they are handed on: piece by piece, so that a long answer leaves the tasks their turn. */
import { MillraceError } from '../../errors'
import { count } from '../counters'
import { storeUnavailable } from './errors'
import type { PartitionAnswer } from './here'
import type { QueryHost } from './host'
import type { PlacedStore } from './placing'
import type { StoreItem } from './query'

const PIECE = 200

/** The entries of an answer that has none. */
export async function* nothing(): AsyncGenerator<never> {}

/** The first piece is read at once: short answers are whole, of one moment, and hold nothing open. */
export function inPieces(
  { counts }: Pick<QueryHost, 'counts'>,
  placed: PlacedStore,
  items: Iterable<StoreItem>,
): Pick<PartitionAnswer, 'pieces' | 'close'> {
  const steps = items[Symbol.iterator]()
  const next = () => {
    const piece = stillOpen(placed, () => take(steps))
    count(counts.entries, placed.declaration.name, piece.length)
    return piece
  }
  const close = () => {
    steps.return?.()
  }
  return { pieces: pieces(next(), next, close), close }
}

/** Long answers give the tasks their turn between two pieces. */
async function* pieces(
  first: readonly StoreItem[],
  next: () => readonly StoreItem[],
  close: () => void,
): AsyncGenerator<readonly StoreItem[]> {
  try {
    for (let piece = first; piece.length > 0; piece = piece.length < PIECE ? [] : next()) {
      yield piece
      await new Promise((resolve) => setImmediate(resolve))
    }
  } finally {
    close()
  }
}

function take(steps: Iterator<StoreItem>): readonly StoreItem[] {
  const piece: StoreItem[] = []
  while (piece.length < PIECE) {
    const step = steps.next()
    if (step.done) break
    piece.push(step.value)
  }
  return piece
}

/** A store that its task has closed meanwhile is another's now. */
export function stillOpen<T>({ declaration }: PlacedStore, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof MillraceError) || error.code !== 'STORE_CLOSED') throw error
    throw storeUnavailable(declaration.name, 'interrupted', 'its task was closed while it was read', error)
  }
}
