import type { SchemaRegistry } from '../../registry/port'

export interface OpenedRegistry {
  readonly registry: SchemaRegistry
  close(): Promise<void>
}

const point = (...fields: readonly object[]) =>
  JSON.stringify({ type: 'record', name: 'Point', fields: [{ name: 'x', type: 'int' }, ...fields] })
const withDefault = point({ name: 'y', type: 'int', default: 0 })
const withoutDefault = point({ name: 'y', type: 'int' })

/** What every schema registry passes; `open` gives an empty one. */
export function registryContract(name: string, open: () => Promise<OpenedRegistry>): void {
  describe(`the contract of schema registries: ${name}`, () => {
    let opened: OpenedRegistry
    let registry: SchemaRegistry
    beforeEach(async () => {
      opened = await open()
      registry = opened.registry
    })
    afterEach(() => opened.close())

    test('gives a schema one id, whatever the subject, and gives its text back', async () => {
      const id = await registry.register('a-value', point())
      expect(await registry.register('a-value', point())).toBe(id)
      expect(await registry.register('b-value', point())).toBe(id)
      expect(await registry.register('a-value', withDefault)).not.toBe(id)
      expect(await registry.schemaById(id)).toEqual({ id, type: 'AVRO', schema: point() })
    })

    test('answers many at once alike', async () => {
      const ids = await Promise.all(Array.from({ length: 10 }, () => registry.register('a-value', point())))
      expect(new Set(ids).size).toBe(1)
    })

    test('says definitely that an id is unknown', async () => {
      await expect((async () => registry.schemaById(4711))()).rejects.toMatchObject({
        name: 'TerminalError',
        code: 'SCHEMA_UNKNOWN',
      })
    })

    test('refuses what is no schema', async () => {
      await expect((async () => registry.register('a-value', '{"type":"nonsense"}'))()).rejects.toMatchObject({
        name: 'TerminalError',
        code: 'SCHEMA_INVALID',
      })
    })

    test('refuses a version that cannot read the last one, and takes it under another subject', async () => {
      await registry.register('a-value', point())
      await expect((async () => registry.register('a-value', withoutDefault))()).rejects.toMatchObject({
        name: 'TerminalError',
        code: 'SCHEMA_INCOMPATIBLE',
      })
      expect(await registry.register('c-value', withoutDefault)).toEqual(expect.any(Number))
    })

    test('takes a schema that is a union of records', async () => {
      const union = JSON.stringify(['A', 'B'].map((record) => ({ type: 'record', name: record, fields: [] })))
      const id = await registry.register('u-value', union)
      expect((await registry.schemaById(id)).schema).toBe(union)
    })
  })
}
