import { type FakePlatform, fakePlatform } from '../test/fake-platform'

let platform: FakePlatform
beforeAll(async () => {
  platform = await fakePlatform({ readiness: () => ({ ready: true, reason: 'RUNNING' }) })
})
afterAll(() => platform.app.close())

test('/health says that the process lives and that it is ready', async () => {
  expect((await platform.inject({ url: '/health/live' })).json()).toEqual({ status: 'up' })
  expect((await platform.inject({ url: '/health/ready' })).json()).toEqual({ status: 'up', reason: 'RUNNING' })
})

test('/health says which worker has stopped', async () => {
  const stopped = await fakePlatform({ liveness: () => ({ ready: false, reason: 'the carts have stopped' }) })
  const response = await stopped.inject({ url: '/health/live' })
  expect(response.statusCode).toBe(503)
  expect(response.json().detail).toContain('the carts have stopped')
  await stopped.app.close()
})

test('/metrics gives the text it was given', async () => {
  const response = await platform.inject({ url: '/metrics' })
  expect(response.body).toBe('up 1\n')
  expect(response.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/)
})

test('/openapi.json describes every route, its answers and its problems', async () => {
  const document = (await platform.inject({ url: '/openapi.json' })).json()
  expect(document.openapi).toBe('3.1.0')
  expect(Object.keys(document.paths).sort()).toEqual([
    '/api/carts/{id}',
    '/api/carts/{id}/checkout',
    '/api/carts/{id}/items',
    '/api/carts/{id}/items/{menuItemId}',
    '/api/orders',
    '/api/orders/{id}',
    '/api/orders/{id}/cancel',
    '/api/orders/{id}/confirm',
    '/api/orders/{id}/events',
    '/health/live',
    '/health/ready',
    '/metrics',
  ])
  const create = document.paths['/api/orders'].post
  expect(create.requestBody.content['application/json'].schema.required).toEqual([
    'customerId',
    'restaurantId',
    'totalAmount',
    'items',
  ])
  expect(Object.keys(create.responses).sort()).toEqual(['201', '4XX', '5XX'])
})
