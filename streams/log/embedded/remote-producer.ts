import { MillraceError, OutageError } from '../../errors'
import type { AppendedBatch, LogProducer, OutgoingBatch } from '../port'
import { type CompressionType, nextSequence } from '../records'
import { fitting } from './appending'
import type { Call } from './remote-call'

interface Identity {
  readonly producerId: number
  readonly sequences: Map<string, number>
}

/** A producer that appends through the owner of the log. */
export async function remoteProducer(call: Call, compression: CompressionType): Promise<LogProducer> {
  const newIdentity = async (): Promise<Identity> => {
    return { producerId: await call<'producer', number>('producer', {}), sequences: new Map() }
  }
  let identity: Identity | undefined = await newIdentity()
  let before: Promise<unknown> = Promise.resolve()

  async function append({ topic, partition, records }: OutgoingBatch): Promise<AppendedBatch> {
    identity ??= await newIdentity()
    const { producerId, sequences } = identity
    const key = `${topic}/${partition}`
    const baseSequence = sequences.get(key) ?? 0
    const stamp = { producerId, producerEpoch: 0, baseSequence, transactional: false, compression }
    const sendWithin = (maxBytes: number) => {
      const batches = fitting(records.seal(stamp), stamp, maxBytes).map((bytes) => bytes.toString('base64'))
      return twice(() => call<'append', AppendedBatch>('append', { topic, partition, batches }))
    }
    try {
      // Only the owner knows what the topic allows.
      const appended = await sendWithin(Number.POSITIVE_INFINITY).catch((error: unknown) => {
        if (isTooLarge(error)) return sendWithin(Number(error.details.maxBytes))
        throw error
      })
      sequences.set(key, nextSequence(baseSequence, records.count))
      return appended
    } catch (error) {
      // Whether it was stored is not known: under its sequence another batch might be taken for it.
      if (error instanceof OutageError) identity = undefined
      throw error
    }
  }

  async function sendAll(batches: readonly OutgoingBatch[]): Promise<AppendedBatch[]> {
    const appended: AppendedBatch[] = []
    for (const batch of batches) appended.push(await append(batch))
    return appended
  }

  return {
    send(batches) {
      const sent = before.then(() => sendAll(batches))
      before = sent.catch(() => {})
      return sent
    },
    async close() {},
  }
}

function isTooLarge(error: unknown): error is MillraceError {
  return error instanceof MillraceError && error.code === 'RECORD_TOO_LARGE'
}

/** The sequence keeps a batch from being stored twice when only the answer to the first try was lost. */
async function twice<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof OutageError) return work()
    throw error
  }
}
