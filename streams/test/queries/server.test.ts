import { type Group, group, history, keeping, totals } from './fixtures'

interface Body {
  readonly [field: string]: unknown
  readonly code?: string
  readonly message?: string
  readonly entries?: readonly { readonly key: unknown; readonly value: unknown }[]
}

describe('the HTTP of a member', () => {
  let members: Group
  let urls: readonly string[]
  beforeAll(async () => {
    members = group()
    await members.start()
    await members.start()
    await members.settled()
    urls = members.workers.map(members.url)
    const written = []
    for (let index = 0; index < 30; index += 1) written.push(await members.write(`key/${10 + index}`, index))
    await members.workers[0]!.store(totals).approximateNumEntries({ atLeast: written })
  })
  afterAll(() => members.close())

  const get = async (url: string, path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${url}${path}`, { headers })
    const text = await response.text()
    return { status: response.status, text, type: response.headers.get('content-type'), headers: response.headers }
  }
  const ask = async (url: string, path: string) => {
    const { status, text } = await get(url, path)
    return { status, body: JSON.parse(text) as Body }
  }
  const key = encodeURIComponent('key/15')

  test('lists the stores and how they are asked; each route of the list answers', async () => {
    const { body } = await ask(urls[0]!, '/stores')
    const stores = body.stores as readonly { name: string; kind: string; routes: readonly { path: string }[] }[]
    expect(stores.map(({ name }) => name).sort()).toEqual(
      [...keeping.stores.keys(), ...keeping.globalTables.map(({ store }) => store.name)].sort(),
    )
    for (const { routes } of stores) {
      for (const { path } of routes) {
        const filled = path
          .replace('{key}', key)
          .replace('{prefix}', 'key')
          .replace('{start}', '1000')
          .replace('{end}', '1010')
        const { status, body: answer } = await ask(urls[1]!, filled)
        const isGlobal = path.includes('rate-of')
        expect({ path, status, message: answer.message }).toEqual(
          isGlobal && path.endsWith('owner/{key}')
            ? { path, status: 400, message: expect.stringContaining('every instance') }
            : isGlobal && path.endsWith('get/{key}')
              ? { path, status: 404, message: expect.stringContaining('nothing there') }
              : { path, status: 200, message: undefined },
        )
      }
    }
  })

  test('one value, with who answered and what it holds, whichever member is asked', async () => {
    const answers = await Promise.all(urls.map((url) => ask(url, `/stores/totals/get/${key}`)))
    for (const { status, body } of answers) {
      expect(status).toBe(200)
      expect(body).toMatchObject({ store: 'totals', key: 'key/15', value: 5, staleness: { records: 0, ms: 0 } })
    }
    const named = answers.map(({ body }) => (body.answeredBy as readonly { member?: string }[])[0]!.member)
    expect(named.filter((member) => member === undefined)).toHaveLength(1)
    expect(urls).toContain(`http://${named.find((member) => member !== undefined)}`)
  })

  test('ranges with a limit go on from where they ended', async () => {
    const seen: unknown[] = []
    let from = ''
    for (;;) {
      const { body } = await ask(urls[1]!, `/stores/totals/range?limit=7${from}`)
      seen.push(...body.entries!.map((entry) => entry.key))
      if (body.complete) break
      expect(body.entries).toHaveLength(7)
      from = `&from=${encodeURIComponent((body.next as { key: string }).key)}`
    }
    expect(seen).toEqual(Array.from({ length: 30 }, (_, index) => `key/${10 + index}`))
    const back = await ask(urls[0]!, '/stores/totals/all?reverse=true&limit=2')
    expect(back.body.entries!.map((entry) => entry.key)).toEqual(['key/39', 'key/38'])
  })

  test('entries as lines', async () => {
    const { text, type } = await get(urls[0]!, '/stores/latest/prefix/key?limit=all', {
      accept: 'application/x-ndjson',
    })
    expect(type).toContain('application/x-ndjson')
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Body)
    expect(lines).toHaveLength(31)
    expect(lines[0]).toEqual({ key: 'key/10', value: { amount: 0 }, timestamp: 1_000 })
    expect(lines[30]).toMatchObject({ complete: true, staleness: { records: 0, ms: 0 } })
  })

  test('versions, windows and sessions', async () => {
    const version = await ask(urls[0]!, `/stores/${history.name}/get/${key}?asOf=2000`)
    expect(version.body).toMatchObject({ value: { amount: 5 }, timestamp: 1_000 })
    expect((await ask(urls[0]!, `/stores/${history.name}/get/${key}?asOf=10`)).status).toBe(404)
    const window = { start: 1_000, end: 2_000 }
    for (const url of urls) {
      expect((await ask(url, `/stores/per-second/window/${key}/1000`)).body).toMatchObject({ value: 5, window })
      const own = await ask(url, `/stores/stamped/windows/${key}?from=0&to=5000`)
      expect(own.body.entries).toEqual([{ key: 'key/15', window, value: 5, timestamp: 1_000 }])
      const many = await ask(url, `/stores/per-second/windows?fromKey=${key}&toKey=${encodeURIComponent('key/16')}`)
      expect(many.body.entries!.map((entry) => entry.key)).toEqual(['key/15', 'key/16'])
      const session = await ask(url, `/stores/visits/session/${key}/1000/1010`)
      expect(session.body).toMatchObject({ value: 5, window: { start: 1_000, end: 1_010 } })
      expect((await ask(url, `/stores/visits/sessions/${key}?earliestEnd=1011`)).body.entries).toEqual([])
    }
  })

  test('a read of what one has written', async () => {
    const { topic, partition, offset } = await members.write('key/15', 1)
    const path = `/stores/totals/get/${key}?atLeast=${topic}:${partition}:`
    for (const url of urls) expect((await ask(url, path + offset)).body.value).toBe(6)
    const late = await ask(urls[0]!, `${path}${offset + 100}&timeoutMs=10`)
    expect(late).toMatchObject({ status: 504, body: { code: 'POSITION_NOT_REACHED' } })
  })

  test('what is wrong with a request is said', async () => {
    const wrong = async (path: string) => {
      const { status, body } = await ask(urls[0]!, path)
      return [status, body.code, body.message]
    }
    expect(await wrong('/stores/nowhere/all')).toEqual([404, 'STORE_UNKNOWN', expect.stringContaining('totals')])
    expect(await wrong('/stores/totals/windows/a')).toEqual([
      400,
      'QUERY_INVALID',
      expect.stringContaining("'windows'"),
    ])
    expect(await wrong('/stores/totals/all?limit=-1')).toEqual([400, 'QUERY_INVALID', expect.stringContaining('limit')])
    expect(await wrong('/stores/totals/all?limit=x')).toEqual([400, 'QUERY_INVALID', expect.stringContaining('limit')])
    expect(await wrong('/stores/totals/all?atLeast=x')).toEqual([
      400,
      'QUERY_INVALID',
      expect.stringContaining('atLeast'),
    ])
    expect(await wrong('/stores/totals/all?local=maybe')).toEqual([
      400,
      'QUERY_INVALID',
      expect.stringContaining('local'),
    ])
    const response = await fetch(`${urls[0]}/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"store":"totals"}',
    })
    expect([response.status, ((await response.json()) as Body).code]).toEqual([400, 'QUERY_INVALID'])
    expect(await wrong('/elsewhere')).toEqual([404, 'NOT_FOUND', expect.stringContaining('/stores')])
    expect(await wrong('/stores/totals/get/nothing')).toEqual([404, 'KEY_NOT_FOUND', expect.any(String)])
  })

  test('a member that is asked by another never asks on', async () => {
    const { body } = await ask(urls[0]!, `/stores/totals/owner/${key}`)
    const { partition, active } = body as { partition: number; active?: { endpoint: string } }
    const other = urls.find((url) => url !== `http://${active!.endpoint}`)!
    const response = await fetch(`${other}/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        store: 'totals',
        partition,
        query: { kind: 'get', key: Buffer.from('key/15').toString('base64') },
        atLeast: [],
        allowStandby: false,
        timeoutMs: 0,
      }),
    })
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await response.json()).toMatchObject({ code: 'STORE_UNAVAILABLE', details: { reason: 'moved' } })
  })

  test('members, pause and resume', async () => {
    expect((await ask(urls[0]!, '/members')).body).toMatchObject({
      applicationId: 'keeping',
      state: 'RUNNING',
      paused: false,
    })
    expect((await ask(urls[0]!, '/health/ready')).status).toBe(200)
    const post = async (path: string) => {
      const response = await fetch(`${urls[0]}${path}`, { method: 'POST' })
      return { status: response.status, body: (await response.json()) as Body }
    }
    expect(await post('/pause')).toEqual({ status: 200, body: { paused: true } })
    expect(members.workers.map(({ isPaused }) => isPaused)).toEqual([true, false])
    await post('/pause?everywhere=true')
    expect(members.workers.map(({ isPaused }) => isPaused)).toEqual([true, true])
    expect((await ask(urls[1]!, '/health/live')).body).toMatchObject({ live: true, paused: true })
    // Paused stores are still read.
    expect((await ask(urls[1]!, `/stores/totals/get/${key}`)).status).toBe(200)
    expect(await post('/resume?everywhere=true')).toEqual({ status: 200, body: { paused: false } })
    expect(members.workers.map(({ isPaused }) => isPaused)).toEqual([false, false])
  })
})

test('a member with a token answers those who have it, and asks its like with it', async () => {
  const members = group({ queryToken: 'secret' })
  await members.start()
  await members.start()
  await members.settled()
  const url = members.url(members.workers[0]!)
  expect((await fetch(`${url}/stores`)).status).toBe(401)
  expect((await fetch(`${url}/pause`, { method: 'POST' })).status).toBe(401)
  expect((await fetch(`${url}/health/live`)).status).toBe(200)
  expect((await fetch(`${url}/stores/totals/all`, { headers: { authorization: 'Bearer secret' } })).status).toBe(200)
  expect((await members.workers[0]!.store(totals).all().answer()).answeredBy).toHaveLength(4)
  await members.close()
})

test('a port that is taken is said at the start', async () => {
  const members = group()
  const first = await members.start()
  await members.settled()
  const endpoint = members.url(first).slice('http://'.length)
  await expect(members.start({ applicationServer: endpoint })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining(endpoint),
  })
  await members.close()
})
