/** Personal data where several processes share a Kafka: one key store, in a topic. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kafkaSuite } from '../kafka/suite'
import { type PlatformProcess, startProcess } from './platform-process'

const keys = `test:${Buffer.alloc(32, 7).toString('base64')}`

kafkaSuite('personal data of two processes on a Kafka', (kafka) => {
  let dataDir: string
  const processes: PlatformProcess[] = []
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'millrace-privacy-'))
  })
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((one) => one.end('SIGKILL')))
    await rm(dataDir, { recursive: true, force: true })
  })

  const start = async (env: Readonly<Record<string, string>>) => {
    const directory = join(dataDir, String(processes.length))
    const one = await startProcess({ KAFKA_BROKERS: kafka().brokers.join(','), DATA_DIR: directory, ...env })
    processes.push(one)
    return one.url
  }
  const order = (url: string, customerId: string, more: object) =>
    fetch(`${url}/api/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        ...{ customerId, restaurantId: 'r-1', totalAmount: 45.99, ...more },
        items: [{ menuItemId: 'm-1', name: 'Ramen', price: 12.99, quantity: 2 }],
      }),
    })
  /** The read models of two processes are not equally far. */
  const addressAt = async (url: string, orderId: string, until: string) => {
    for (;;) {
      const response = await fetch(`${url}/api/orders/${orderId}`)
      const { deliveryAddress } = (await response.json()) as { readonly deliveryAddress?: string }
      if (deliveryAddress === until) return deliveryAddress
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  test('is open to both, and forgotten by both when one is asked to', async () => {
    const customer = `ann-${Date.now()}`
    const [first, second] = [await start({ PERSONAL_DATA_KEYS: keys }), await start({ PERSONAL_DATA_KEYS: keys })]
    const created = await order(first, customer, { deliveryAddress: '1 Main Street' })
    expect(created.status).toBe(201)
    const { orderId } = (await created.json()) as { readonly orderId: string }
    expect(await addressAt(second, orderId, '1 Main Street')).toBe('1 Main Street')
    const forgotten = await fetch(`${second}/api/customers/${customer}/personal-data`, { method: 'DELETE' })
    expect(forgotten.status).toBe(204)
    expect(await addressAt(second, orderId, '[redacted]')).toBe('[redacted]')
    expect(await addressAt(first, orderId, '[redacted]')).toBe('[redacted]')
  }, 120_000)

  test('is refused where no key is given, and everything else goes on', async () => {
    const url = await start({})
    expect(processes[0]!.output()).toContain('PERSONAL_DATA_KEYS is not set')
    expect((await order(url, 'bob', { deliveryAddress: '1 Main Street' })).status).toBe(503)
    expect((await order(url, 'bob', {})).status).toBe(201)
    expect((await fetch(`${url}/api/customers/bob/personal-data`, { method: 'DELETE' })).status).toBe(404)
  }, 60_000)
})
