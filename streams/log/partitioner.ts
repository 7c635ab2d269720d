import { murmur2 } from './records/murmur2'

/**
 * The partition of a key as Kafka's Java client chooses it (`BuiltInPartitioner.partitionForKey`): murmur2 with the sign
 * bit cleared, modulo the number of partitions. So records of one key meet those of every other Kafka client.
 */
export function partitionFor(key: Buffer, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions
}
