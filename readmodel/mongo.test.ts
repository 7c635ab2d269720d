import { randomUUID } from 'node:crypto'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { OutageError } from 'millrace'
import { MongoClient } from 'mongodb'
import { orderReadModelContract } from '../test/contracts/order-read-model'
import { mongoSuite } from '../test/mongo/suite'
import { mongoReadModel } from './mongo'
import type { OrderReadModel } from './port'

mongoSuite('MongoDB', (mongo) => {
  const databases: string[] = []
  afterAll(async () => {
    const client = new MongoClient(mongo().uri)
    for (const database of databases) await client.db(database).dropDatabase()
    await client.close()
  })

  orderReadModelContract('MongoDB', async () => {
    const database = `test_${randomUUID()}`
    databases.push(database)
    const model = mongoReadModel(mongo().uri, { database })
    const reopen = async (): Promise<OrderReadModel> => {
      await model.close()
      return mongoReadModel(mongo().uri, { database })
    }
    return { model, reopen }
  })

  test('processes that feed the same orders at once leave the newest version of each', async () => {
    const database = `test_${randomUUID()}`
    databases.push(database)
    const models = Array.from({ length: 4 }, () => mongoReadModel(mongo().uri, { database }))
    const envelope = (version: number) => ({
      eventId: `e-${version}`,
      aggregateId: 'o-1',
      occurredOn: version,
      version,
      causationId: 'c',
    })
    const events = Array.from({ length: 12 }, (_, n) =>
      n === 0
        ? {
            ...envelope(1),
            eventType: 'OrderCreated' as const,
            customerId: 'ann',
            restaurantId: 'r',
            deliveryAddress: null,
            totalAmount: '1.00',
            items: [],
          }
        : {
            ...envelope(n + 1),
            eventType: 'OrderRefundRequested' as const,
            paymentId: `p-${n}`,
            amount: '1.00',
            reason: 'r',
          },
    )
    await models[0]!.apply(events.slice(0, 1))
    await Promise.all(models.flatMap((model, n) => events.map((_, end) => model.apply(events.slice(n % 3, end + 1)))))
    expect(await models[0]!.get('o-1')).toMatchObject({ version: 12, updatedAt: 12 })
    expect(await models[0]!.events('o-1')).toEqual(events)
    await Promise.all(models.map((model) => model.close()))
  })
})

mongoSuite('a MongoDB that goes away', (mongo) => {
  test('is an outage, from the first call on, and the model works once it is there', async () => {
    const { hostname, port } = new URL(mongo().uri)
    const way = await openWay(hostname, Number(port || 27017))
    await way.close()
    const model = mongoReadModel(`mongodb://127.0.0.1:${way.port}/?directConnection=true`, {
      database: `test_${randomUUID()}`,
      timeoutMs: 1_500, // more than the 500 ms between two looks of the driver at a server that was away
    })
    await expectOutages(model)
    await way.open()
    expect(await model.get('o-1')).toBeUndefined()
    await way.close()
    await expectOutages(model)
    await way.open()
    expect(await model.events('o-1')).toEqual([])
    await model.close()
    await way.close()
  }, 30_000)
})

mongoSuite('a MongoDB whose connection breaks in the midst of a write', (mongo) => {
  const created = (orderId: string) => ({
    eventType: 'OrderCreated' as const,
    eventId: `e-${orderId}`,
    aggregateId: orderId,
    occurredOn: 1,
    version: 1,
    causationId: 'c',
    customerId: 'ann',
    restaurantId: 'r',
    deliveryAddress: null,
    totalAmount: '1.00',
    items: [],
  })

  test.each(['order_events', 'orders'])(
    'has not taken it: %s',
    async (collection) => {
      const { hostname, port } = new URL(mongo().uri)
      const way = await openWay(hostname, Number(port || 27017))
      const model = mongoReadModel(`mongodb://127.0.0.1:${way.port}/?directConnection=true`, {
        database: `test_${randomUUID()}`,
        timeoutMs: 1_500,
      })
      try {
        await model.apply([created('o-1')])
        way.breakOn(`update\0${lengthOf(collection)}${collection}\0`)
        await expect(model.apply([created('o-2')])).rejects.toBeInstanceOf(OutageError)
        way.breakOn(undefined)
        await model.apply([created('o-2')])
        expect(await model.get('o-2')).toMatchObject({ version: 1 })
        expect(await model.events('o-2')).toHaveLength(1)
      } finally {
        await model.close()
        await way.close()
      }
    },
    30_000,
  )
})

/** As BSON writes the length of a string, its final zero counted. */
function lengthOf(text: string): string {
  const length = Buffer.alloc(4)
  length.writeInt32LE(text.length + 1)
  return length.toString('latin1')
}

async function expectOutages(model: OrderReadModel): Promise<void> {
  const event = {
    eventType: 'OrderDelivered' as const,
    eventId: 'e',
    aggregateId: 'o',
    occurredOn: 1,
    version: 1,
    causationId: 'c',
    deliveredAt: 1,
  }
  const asked = [model.apply([event]), model.get('o-1'), model.list({ limit: 1 }), model.events('o-1')]
  for (const outcome of await Promise.allSettled(asked)) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'STATE_UNAVAILABLE' } })
    expect((outcome as PromiseRejectedResult).reason).toBeInstanceOf(OutageError)
  }
}

/** A way to a server that can be closed, with all that is on it, and opened again at the same port; or that breaks at times. */
async function openWay(host: string, to: number) {
  const sockets = new Set<Socket>()
  let forbidden: string | undefined
  const server = createServer((near) => {
    const far = connect(to, host)
    near.on('data', (data) => {
      if (forbidden !== undefined && data.includes(forbidden, 0, 'latin1')) far.destroy()
    })
    for (const socket of [near, far]) {
      sockets.add(socket.on('error', () => undefined).on('close', () => [near, far].map((each) => each.destroy())))
    }
    near.pipe(far).pipe(near)
  })
  const open = (port: number) => new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve))
  await open(0)
  const { port } = server.address() as AddressInfo
  return {
    port,
    open: () => open(port),
    /** Breaks a connection over which these bytes are sent. */
    breakOn: (bytes: string | undefined) => {
      forbidden = bytes
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
        sockets.clear()
      }),
  }
}
