import { MillraceError } from '../../errors'
import type { LogProducer } from '../port'
import type { Identity } from './batches'
import { type Client, createClient, type Shared } from './client'
import { createSender } from './sender'
import { oneAtATime } from './serial'

/** The idempotent producer (KIP-98). After an outage it takes a new identity, so what the caller sends again may double. */
export async function openProducer(shared: Shared): Promise<LogProducer> {
  const client = createClient(shared)
  const sender = createSender({ client, shared, transactionalId: null })
  const serially = oneAtATime()
  let closed = false
  let identity = await newIdentity(client).catch((error: unknown) => {
    client.close()
    throw error
  })
  return {
    send: (batches, options) =>
      serially(async () => {
        if (closed) throw new MillraceError('CLOSED', 'the producer is closed')
        if (sender.doubtful) {
          identity = await newIdentity(client)
          sender.reset()
        }
        return sender.send(batches, identity, options)
      }),
    async close() {
      closed = true
      client.close()
    },
  }
}

async function newIdentity(client: Client): Promise<Identity> {
  const what = 'asking for a producer id'
  const { producerId, producerEpoch } = await client.ask(
    { to: 'any' },
    what,
    (link) => link.call(what, (broker) => broker.initProducerId({ transactionalId: null, transactionTimeout: 0 })),
    { needs: { cluster: 'WRITE on at least one topic' } },
  )
  return { producerId: Number(producerId), producerEpoch }
}
