/** What the writer writes, by number alone, so that whoever reads it knows what should be there. */
export const topics = {
  ledger: { name: 'ledger', partitions: 4, config: { 'segment.bytes': '200000', 'retention.ms': '-1' } },
  plain: { name: 'plain', partitions: 2, config: { 'segment.bytes': '50000', 'retention.ms': '-1' } },
  latest: {
    name: 'latest',
    partitions: 1,
    config: { 'cleanup.policy': 'compact', 'segment.bytes': '10000', 'min.cleanable.dirty.ratio': '0.1' },
  },
} as const

export const groupId = 'writer'
export const keys = 7

/** The partitions a transaction writes to, and how many records to each. */
export function planOf(transaction: number): ReadonlyMap<number, number> {
  const partitions = [0, 1, 2, 3].filter((partition) => ((transaction * 7 + partition * 3) % 5) % 2 === 0)
  return new Map(partitions.map((partition) => [partition, 1 + ((transaction + partition) % 4)]))
}

export function isAborted(transaction: number): boolean {
  return transaction % 6 === 5
}

export function textOf(transaction: number): Buffer {
  return Buffer.from(`${transaction}`.padEnd((transaction % 7) * 2000, ' '))
}
