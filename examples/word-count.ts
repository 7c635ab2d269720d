/** Counts words: every line is cut into words, and each word's new count is written. */
import { json, long, nullable, stream, string, timestampedKeyValueStore, topic, topology } from 'millrace'

/** Lines need no key: the console producer sends none. */
export const lines = topic('lines', { key: nullable(string), value: string, partitions: 3 })
export const counts = topic('word-counts', {
  key: string,
  value: json<number>(),
  partitions: 3,
  config: { 'cleanup.policy': 'compact' },
})

export const countOf = timestampedKeyValueStore('count-of', { key: string, value: long })

const wordsOf = (line: string): readonly string[] => line.toLowerCase().match(/\p{L}+/gu) ?? []

const counted = stream(lines)
  .flatMapValues(wordsOf)
  .groupBy((word) => word, { name: 'words', key: string, value: string })
  .count(countOf)

export const wordCount = topology('word-count', [counted.toStream().to(counts)])
