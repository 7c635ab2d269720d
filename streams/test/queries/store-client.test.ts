import { openStoreClient } from '../../worker/queries/store-client'
import { until } from '../workers'
import { group, keeping, rateOf, totals } from './fixtures'

const keys = Array.from({ length: 12 }, (_, index) => `key-${10 + index}`)

test('whoever is no member asks all of them, also after they have all been replaced', async () => {
  const members = group()
  const first = await members.start()
  const second = await members.start()
  await members.settled()
  const client = await openStoreClient({ topology: keeping, members: [members.url(first).slice('http://'.length)] })
  const written = await Promise.all(keys.map((key) => members.write(key, 1)))
  const all = await client.store(totals).all({ atLeast: written }).answer()
  expect(all.value).toEqual(keys.map((key) => ({ key, value: 1 })))
  expect(new Set(all.answeredBy.map(({ member }) => member)).size).toBe(2)
  expect((await client.store(totals).get('key-11')).value).toBe(1)
  await members.writeRate('eur', 7)
  await until(async () => (await client.store(rateOf).get('eur')).value?.value === 7)
  expect((await client.locate(totals, 'key-11')).active).toBeDefined()
  expect(client.metadata()).toHaveLength(2)

  const third = await members.start()
  await members.settled()
  // A question makes it learn of the third, when what it knew is no longer so.
  await second.close()
  await until(() => first.ready && third.ready && first.tasks.length + third.tasks.length === 4)
  expect((await client.store(totals).all().answer()).value).toHaveLength(keys.length)
  await first.close()
  await until(() => third.ready && third.tasks.length === 4)
  expect((await client.store(totals).all({ timeoutMs: 10_000 }).answer()).value).toHaveLength(keys.length)
  expect(client.metadata().map(({ endpoint }) => `http://${endpoint}`)).toEqual([members.url(third)])
  await members.close()
})

test('what is wrong is said when it is opened, or asked', async () => {
  const members = group({ queryToken: 'secret' })
  const worker = await members.start()
  await members.settled()
  const endpoint = members.url(worker).slice('http://'.length)
  const open = (options: { token?: string; applicationId?: string; members?: readonly string[] }) =>
    openStoreClient({ topology: keeping, members: [endpoint], token: 'secret', ...options })
  await expect(open({ token: 'other' })).rejects.toMatchObject({ code: 'AUTHORIZATION_FAILED' })
  await expect(open({ applicationId: 'other' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  await expect(open({ members: ['127.0.0.1:1'] })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  const client = await open({ members: ['127.0.0.1:1', endpoint] })
  await expect(client.store(totals).all({ local: true }).answer()).rejects.toMatchObject({ code: 'QUERY_INVALID' })
  expect((await client.store(totals).all().answer()).value).toEqual([])
  await members.close()
  await expect(client.store(totals).get('a', { timeoutMs: 100 })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
})
