/** What only a real connection shows. */
import { type FakePlatform, fakePlatform } from '../test/fake-platform'

let platform: FakePlatform
let address: string
beforeAll(async () => {
  platform = await fakePlatform()
  address = await platform.app.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(() => platform.app.close())

const big = JSON.stringify({ customerId: 'x'.repeat(2 * 1024 * 1024) })
const headers = { 'content-type': 'application/json' }

test('a client that sends 2 MB at once hears that it is too much', async () => {
  const response = await fetch(`${address}/api/orders`, { method: 'POST', headers, body: big })
  expect(response.status).toBe(413)
  expect(await response.json()).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' })
})

test('a client that sends 2 MB piece by piece hears it too', async () => {
  const pieces = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < big.length; at += 65_536) controller.enqueue(Buffer.from(big.slice(at, at + 65_536)))
      controller.close()
    },
  })
  const request = { method: 'POST', headers, body: pieces, duplex: 'half' } as RequestInit
  const response = await fetch(`${address}/api/orders`, request)
  expect(response.status).toBe(413)
})
