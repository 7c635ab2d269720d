import type { PartitionAnswer } from './here'
import type { StoreItem } from './query'

/** Where an entry stands in its store: by the bytes of its key, then by its window. */
export interface Ranked {
  readonly item: StoreItem
  readonly key: Buffer
}

export interface MergeOptions {
  readonly keyBytes: (key: unknown) => Buffer
  readonly reverse: boolean
}

/** Merges the answers of several partitions, each in the order of its store, into one in the same order. */
export async function* merged(
  answers: readonly Pick<PartitionAnswer, 'pieces' | 'close'>[],
  { keyBytes, reverse }: MergeOptions,
): AsyncGenerator<StoreItem> {
  const cursors = answers.map(({ pieces }) => ranked(pieces, keyBytes))
  try {
    const heads = await Promise.all(cursors.map((cursor) => cursor.next()))
    for (;;) {
      let best = -1
      for (const [index, head] of heads.entries()) {
        if (head.done) continue
        if (best < 0 || compare(head.value, heads[best]!.value as Ranked) < 0 !== reverse) best = index
      }
      if (best < 0) return
      yield (heads[best]!.value as Ranked).item
      heads[best] = await cursors[best]!.next()
    }
  } finally {
    for (const answer of answers) answer.close()
  }
}

async function* ranked(
  source: AsyncIterable<readonly StoreItem[]>,
  keyBytes: (key: unknown) => Buffer,
): AsyncGenerator<Ranked, undefined> {
  for await (const piece of source) {
    for (const item of piece) yield { item, key: keyBytes(item.key) }
  }
  return undefined
}

function compare(a: Ranked, b: Ranked): number {
  return (
    Buffer.compare(a.key, b.key) || (a.item.start ?? 0) - (b.item.start ?? 0) || (a.item.end ?? 0) - (b.item.end ?? 0)
  )
}
