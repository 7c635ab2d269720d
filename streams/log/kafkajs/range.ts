import { MillraceError } from '../../errors'
import type { Client } from './client'
import { kafkaError } from './errors'
import { listOffsetsRequest } from './protocol/offsets'
import { type Reading, whatFails } from './reading'

const EARLIEST = -2
const LATEST = -1
const OFFSET_NOT_AVAILABLE = 78

/**
 * What a broker's OFFSET_OUT_OF_RANGE comes to: a leader that has just been elected, or one that is none any more, may not
 * know the offset yet. @returns what goes wrong in asking for the ends, too
 */
export async function rangeError(reading: Reading, client: Client): Promise<unknown> {
  const what = `finding the ends of ${reading.topic}-${reading.partition}`
  const find = (timestamp: number) =>
    client.ask({ to: 'leader', of: reading }, what, async (link) => {
      const query = { partitions: [reading], timestamp, isolation: 'read_uncommitted' } as const
      const [found] = await link.request(listOffsetsRequest(query))
      if (found === undefined || found.errorCode !== 0) throw kafkaError(found?.errorCode ?? -1, { what })
      return found.offset
    })
  try {
    const [startOffset, endOffset] = await Promise.all([find(EARLIEST), find(LATEST)])
    const offset = reading.fetchOffset
    const within = offset >= startOffset && offset <= endOffset
    return within ? kafkaError(OFFSET_NOT_AVAILABLE, { what }) : outOfRange(reading, startOffset, endOffset)
  } catch (error) {
    return error
  }
}

function outOfRange(reading: Reading, startOffset: number, endOffset: number): MillraceError {
  const { topic, partition, fetchOffset: offset } = reading
  const message = `${whatFails(reading)}: it holds the offsets from ${startOffset} to before ${endOffset}`
  return new MillraceError('OFFSET_OUT_OF_RANGE', message, {
    details: { topic, partition, offset, startOffset, endOffset },
  })
}
