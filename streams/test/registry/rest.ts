import { type Answer, asking, errorOf, newSubject, recordOf, required, x, y } from './asking'

/** Confluent's REST dialect, as every registry that claims it has to answer. */
export function restSuite(url: () => string): void {
  const ask = asking(url)
  const get = async (path: string) => (await ask('GET', path)).body
  const register = async (subject: string, schema: string, extra: object = {}) => {
    const { body } = await ask('POST', `/subjects/${subject}/versions`, { schema, ...extra })
    return (body as { readonly id: number }).id
  }
  let subject: string
  beforeAll(() => ask('PUT', '/config', { compatibility: 'BACKWARD' }))
  beforeEach(() => {
    subject = newSubject()
  })

  describe('registering', () => {
    test('gives a schema one id, under any subject and in any layout', async () => {
      const id = await register(subject, recordOf(subject, x))
      expect(id).toEqual(expect.any(Number))
      expect(await register(subject, recordOf(subject, x))).toBe(id)
      expect(await register(newSubject(), recordOf(subject, x))).toBe(id)
      const { type, ...rest } = JSON.parse(recordOf(subject, x))
      const other = JSON.stringify({ ...rest, type }, null, 2)
      expect(await register(subject, other)).toBe(id)
      expect(await get(`/subjects/${subject}/versions`)).toEqual([1])
    })

    test('makes versions, which are found by number, as the latest, by id and by their schema', async () => {
      const first = await register(subject, recordOf(subject, x))
      const second = await register(subject, recordOf(subject, x, y))
      const latest = { subject, version: 2, id: second, schema: recordOf(subject, x, y) }
      expect(await get(`/subjects/${subject}/versions`)).toEqual([1, 2])
      expect(await get(`/subjects/${subject}/versions/1`)).toMatchObject({ version: 1, id: first })
      expect(await get(`/subjects/${subject}/versions/latest`)).toMatchObject(latest)
      expect(await get(`/subjects/${subject}/versions/-1`)).toMatchObject(latest)
      expect(await get(`/subjects/${subject}/versions/1/schema`)).toEqual(JSON.parse(recordOf(subject, x)))
      expect(await get(`/schemas/ids/${second}`)).toMatchObject({ schema: recordOf(subject, x, y) })
      expect(await get(`/schemas/ids/${second}/subjects`)).toEqual([subject])
      expect(await get(`/schemas/ids/${second}/versions`)).toEqual([{ subject, version: 2 }])
      const found = await ask('POST', `/subjects/${subject}`, { schema: recordOf(subject, x) })
      expect(found.body).toMatchObject({ subject, version: 1, id: first })
      expect(await get('/subjects')).toContain(subject)
    })

    test('keeps schemas that are not Avro, and says so', async () => {
      expect((await get('/schemas/types')) as string[]).toEqual(expect.arrayContaining(['AVRO', 'JSON', 'PROTOBUF']))
      const json = JSON.stringify({ type: 'object', properties: { [subject]: { type: 'integer' } } })
      const id = await register(subject, json, { schemaType: 'JSON' })
      expect(await get(`/schemas/ids/${id}`)).toMatchObject({ schema: json, schemaType: 'JSON' })
      const proto = 'syntax = "proto3"; package p; message M { string a = 1; }'
      const other = newSubject()
      await register(other, proto, { schemaType: 'PROTOBUF' })
      expect(await get(`/subjects/${other}/versions/latest`)).toMatchObject({ schema: proto, schemaType: 'PROTOBUF' })
    })
  })

  test('references lead from one subject to another, and keep what they lead to', async () => {
    const name = JSON.parse(recordOf(subject)).name
    await register(subject, recordOf(subject, x))
    const references = [{ name: `shapes.${name}`, subject, version: 1 }]
    const user = newSubject()
    const schema = recordOf(user, { name: 'shape', type: `shapes.${name}` })
    const id = await register(user, schema, { references })
    expect(await get(`/schemas/ids/${id}`)).toMatchObject({ schema, references })
    expect(await get(`/subjects/${user}/versions/1`)).toMatchObject({ schema, references })
    expect(await get(`/subjects/${subject}/versions/1/referencedby`)).toEqual([id])
    expect(errorOf(await ask('DELETE', `/subjects/${subject}/versions/1`))).toBe(42206)
    expect(errorOf(await ask('POST', `/subjects/${newSubject()}/versions`, { schema }))).toBe(42201)
  })

  describe('compatibility', () => {
    const isCompatible = async (path: string, schema: string) => {
      const answer = await ask('POST', `/compatibility/subjects/${path}`, { schema })
      return (answer.body as { readonly is_compatible: boolean }).is_compatible
    }
    beforeEach(async () => {
      await register(subject, recordOf(subject, x))
      await register(subject, recordOf(subject, x, y))
    })

    test('is asked for by version, and of all', async () => {
      expect(await isCompatible(`${subject}/versions/latest`, recordOf(subject, x))).toBe(true)
      expect(await isCompatible(`${subject}/versions/1`, recordOf(subject, x, y))).toBe(true)
      expect(await isCompatible(`${subject}/versions/1`, recordOf(subject, required))).toBe(false)
      expect(await isCompatible(`${subject}/versions`, recordOf(subject, required))).toBe(false)
      expect(await isCompatible(`${newSubject()}/versions/latest`, recordOf(subject, x))).toBe(true)
    })

    test('is required of a new version, at the level of its subject', async () => {
      const breaking = { schema: recordOf(subject, required) }
      expect((await ask('POST', `/subjects/${subject}/versions`, breaking)).status).toBe(409)
      expect((await ask('PUT', `/config/${subject}`, { compatibility: 'NONE' })).body).toMatchObject({
        compatibility: 'NONE',
      })
      expect(await get(`/config/${subject}`)).toMatchObject({ compatibilityLevel: 'NONE' })
      expect((await ask('POST', `/subjects/${subject}/versions`, breaking)).status).toBe(200)
      expect((await ask('DELETE', `/config/${subject}`)).body).toMatchObject({ compatibilityLevel: 'NONE' })
    })

    test.each([
      ['FORWARD', [x], true],
      ['FORWARD', [y], false],
      ['FULL', [x, y, { name: 'w', type: 'int', default: 0 }], true],
      ['FULL', [x, y, required], false],
      ['BACKWARD_TRANSITIVE', [x, { ...y, default: 5 }], true],
      ['FULL_TRANSITIVE', [x, required], false],
    ])('at the level %s, %j: %s', async (compatibility, fields, expected) => {
      await ask('PUT', `/config/${subject}`, { compatibility })
      const { status } = await ask('POST', `/subjects/${subject}/versions`, { schema: recordOf(subject, ...fields) })
      expect(status).toBe(expected ? 200 : 409)
    })

    test('has a level for all, and one of a subject', async () => {
      expect(await get('/config')).toMatchObject({ compatibilityLevel: 'BACKWARD' })
      await ask('PUT', `/config/${subject}`, { compatibility: 'FULL' })
      expect(await get(`/config/${subject}?defaultToGlobal=true`)).toMatchObject({ compatibilityLevel: 'FULL' })
      expect(await get('/config')).toMatchObject({ compatibilityLevel: 'BACKWARD' })
    })
  })

  test('modes are kept', async () => {
    expect(await get('/mode')).toEqual({ mode: 'READWRITE' })
    expect((await ask('PUT', `/mode/${subject}`, { mode: 'READONLY' })).body).toEqual({ mode: 'READONLY' })
    expect(await get(`/mode/${subject}`)).toEqual({ mode: 'READONLY' })
    expect((await ask('DELETE', `/mode/${subject}`)).body).toEqual({ mode: 'READONLY' })
    expect(await get(`/mode/${subject}?defaultToGlobal=true`)).toEqual({ mode: 'READWRITE' })
  })

  describe('deleting', () => {
    let id: number
    beforeEach(async () => {
      id = await register(subject, recordOf(subject, x))
      await register(subject, recordOf(subject, x, y))
    })
    const remove = (path: string) => ask('DELETE', `/subjects/${subject}${path}`)

    test('a version softly leaves it readable by its id', async () => {
      expect((await remove('/versions/1')).body).toBe(1)
      expect(await get(`/subjects/${subject}/versions`)).toEqual([2])
      expect(await get(`/subjects/${subject}/versions?deleted=true`)).toEqual([1, 2])
      expect(await get(`/subjects/${subject}/versions/1?deleted=true`)).toMatchObject({ id })
      expect(errorOf(await ask('GET', `/subjects/${subject}/versions/1`))).toBe(40402)
      expect(await get(`/schemas/ids/${id}`)).toMatchObject({ schema: recordOf(subject, x) })
    })

    test('a version for ever takes it away', async () => {
      await remove('/versions/1')
      expect((await remove('/versions/1?permanent=true')).body).toBe(1)
      expect(await get(`/subjects/${subject}/versions?deleted=true`)).toEqual([2])
      expect(errorOf(await ask('GET', `/schemas/ids/${id}`))).toBe(40403)
    })

    test('a subject, softly and for ever', async () => {
      expect((await remove('')).body).toEqual([1, 2])
      expect(await get('/subjects')).not.toContain(subject)
      expect(await get('/subjects?deleted=true')).toContain(subject)
      expect(errorOf(await ask('GET', `/subjects/${subject}/versions`))).toBe(40401)
      expect((await remove('?permanent=true')).body).toEqual([1, 2])
      expect(await get('/subjects?deleted=true')).not.toContain(subject)
    })

    test.each<[string, readonly string[], number]>([
      ['a subject twice', ['', ''], 40404],
      ['a subject for ever at once', ['?permanent=true'], 40405],
      ['a version twice', ['/versions/1', '/versions/1'], 40406],
      ['a version for ever at once', ['/versions/1?permanent=true'], 40407],
      ['an unknown version', ['/versions/9'], 40402],
    ])('%s is refused', async (_, paths, code) => {
      const answers: Answer[] = []
      for (const path of paths) answers.push(await remove(path))
      expect(errorOf(answers.at(-1)!)).toBe(code)
    })
  })

  test.each<[string, string, object | undefined, number]>([
    ['GET', '/subjects/nowhere/versions', undefined, 40401],
    ['GET', '/subjects/nowhere/versions/latest', undefined, 40401],
    ['POST', '/subjects/nowhere', { schema: '"int"' }, 40401],
    ['GET', '/schemas/ids/471100', undefined, 40403],
    ['POST', '/subjects/somewhere/versions', { schema: '{' }, 42201],
    ['PUT', '/config', { compatibility: 'SOMETIMES' }, 42203],
    ['DELETE', '/subjects/nowhere', undefined, 40401],
  ])('%s %s %j is answered with its error code', async (method, path, body, code) => {
    const answer = await ask(method, path, body)
    expect([errorOf(answer), Math.floor(answer.status / 100)]).toEqual([code, 4])
  })
}
