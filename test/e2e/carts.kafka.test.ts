import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kafkaSuite } from '../kafka/suite'
import { type PlatformProcess, startProcess } from './platform-process'

const item = { menuItemId: 'm-1', name: 'Ramen', price: 12.99, quantity: 2 }
const cartIds = Array.from({ length: 6 }, (_, index) => `cart-${index}`)

async function fill(url: string, cartId: string): Promise<unknown> {
  const response = await fetch(`${url}/api/carts/${cartId}/items`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(item),
  })
  expect(response.status).toBe(200)
  return response.json()
}

const read = async (url: string, cartId: string) => {
  const response = await fetch(`${url}/api/carts/${cartId}`)
  return [response.status, await response.json()]
}

describe('carts', () => {
  let dataDir: string
  const processes: PlatformProcess[] = []
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'millrace-carts-'))
  })
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((one) => one.end('SIGKILL')))
    await rm(dataDir, { recursive: true, force: true })
  })

  test('are read as they are decided, on the embedded log', async () => {
    const platform = await startProcess({ DATA_DIR: dataDir })
    processes.push(platform)
    const cart = await fill(platform.url, 'cart-1')
    expect(await read(platform.url, 'cart-1')).toEqual([200, cart])
    expect(await read(platform.url, 'nobodys')).toEqual([404, expect.objectContaining({ code: 'CART_UNKNOWN' })])
  }, 60_000)

  kafkaSuite('of two processes on a Kafka', (kafka) => {
    test('are read from either of them', async () => {
      for (const index of [0, 1]) {
        const env = { KAFKA_BROKERS: kafka().brokers.join(','), DATA_DIR: join(dataDir, String(index)) }
        processes.push(await startProcess(env))
      }
      const [first, second] = processes as [PlatformProcess, PlatformProcess]
      for (const cartId of cartIds) {
        const cart = await fill(first.url, cartId)
        expect(await read(second.url, cartId)).toEqual([200, cart])
        expect(await read(first.url, cartId)).toEqual([200, cart])
      }
    }, 120_000)
  })
})
