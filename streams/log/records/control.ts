import { recordsBuffer } from './encode'
import { readHeader, writeHeader } from './header'

export interface ControlFields {
  readonly type: 'abort' | 'commit'
  readonly producerId: number
  readonly producerEpoch: number
  readonly timestamp: number
}

/** The batch of one control record that ends a producer's transaction in a partition (KIP-98). */
export function controlBatch({ type, producerId, producerEpoch, timestamp }: ControlFields): Buffer {
  // The key is a version and the type, an int16 each; the value a version and the coordinator's epoch, which is ours alone.
  const key = Buffer.alloc(4)
  key.writeInt16BE(type === 'commit' ? 1 : 0, 2)
  const buffer = recordsBuffer()
  buffer.append(key, Buffer.alloc(6), timestamp, [])
  const stamp = { producerId, producerEpoch, baseSequence: -1, transactional: true }
  const [batch] = buffer.seal(stamp)
  const header = readHeader(batch!.bytes, 0)!
  writeHeader(batch!.bytes, { ...header, ...stamp, lastOffsetDelta: 0, control: true })
  return batch!.bytes
}
