import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { globalTable } from '../dsl/global-table'
import { stream } from '../dsl/stream'
import { type Topology, topology } from '../graph/topology'
import { memoryLog } from '../log/embedded'
import { silentLogger } from '../logger'
import { long, string } from '../serdes'
import { levelStateDirectory } from '../stores'
import type { StateDirectory } from '../stores/backend'
import { type AnyStoreDeclaration, keyValueStore, sessionStore, timestampedKeyValueStore } from '../stores/declaration'
import { topic } from '../topics'
import { acceptTopology, type FingerprintCheck } from './fingerprint'

const input = topic('in', { key: string, value: string })
const output = topic('out', { key: string, value: string })

const keeping = (...stores: AnyStoreDeclaration[]): Topology =>
  topology('app', [
    stream(input)
      .process(() => ({ process: () => undefined }), { stores })
      .to(output),
  ])
const counts = keyValueStore('counts', { key: string, value: long })
const totals = keyValueStore('totals', { key: string, value: long })
const visits = (retentionMs: number) => sessionStore('visits', { key: string, value: long, retentionMs })

describe('acceptTopology', () => {
  let directory: string
  let state: StateDirectory

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fingerprint-'))
    state = levelStateDirectory(directory, 'app')
  })
  afterEach(async () => {
    await state.close()
    await rm(directory, { recursive: true })
  })
  const check = async (of: Topology, options: Partial<FingerprintCheck> = {}) => {
    const accepted = await acceptTopology({
      topology: of,
      applicationId: 'app',
      partitionsOf: () => 2,
      state,
      logger: silentLogger,
      ...options,
    })
    await accepted.note()
    return accepted.changes
  }

  test('a first start notes the fingerprint down, and the next one finds no change', async () => {
    expect(await check(keeping(counts))).toEqual([])
    expect(await readdir(join(directory, 'app'))).toContain('fingerprint.json')
    expect(await check(keeping(counts))).toEqual([])
  })

  test('an incompatible topology is refused with the list of changes, again and again', async () => {
    await check(keeping(counts, totals))
    const refused = {
      code: 'TOPOLOGY_INCOMPATIBLE',
      message: expect.stringContaining('store totals: is gone'),
      details: { changes: [{ subject: 'store totals', kind: 'incompatible' }] },
    }
    await expect(check(keeping(counts))).rejects.toMatchObject(refused)
    await expect(check(keeping(counts))).rejects.toMatchObject(refused)
    await expect(check(keeping(counts, totals))).resolves.toEqual([])
  })

  test('other partitions under a store are refused', async () => {
    await check(keeping(counts))
    await expect(check(keeping(counts), { partitionsOf: () => 3 })).rejects.toMatchObject({
      message: expect.stringContaining('partitions was 2 and is 3'),
    })
  })

  test('what is accepted is what later topologies are compared with', async () => {
    await check(keeping(counts, totals))
    expect(await check(keeping(counts), { accept: true })).toHaveLength(1)
    expect(await check(keeping(counts))).toEqual([])
  })

  test('local copies laid out otherwise are wiped, to be rebuilt from the changelog', async () => {
    await check(keeping(visits(1000)))
    await (await state.open('0_1', 'visits')).close()
    const changes = await check(keeping(visits(2000)))
    expect(changes).toMatchObject([{ kind: 'rebuild', rebuilds: [0] }])
    expect(await state.tasks()).toEqual([])
  })

  test('a wipe that would lose a store without a changelog is refused', async () => {
    const local = keyValueStore('local', { key: string, value: long, changelog: false })
    await check(keeping(visits(1000), local))
    await (await state.open('0_1', 'local')).close()
    await expect(check(keeping(visits(2000), local))).rejects.toMatchObject({
      code: 'TOPOLOGY_INCOMPATIBLE',
      message: expect.stringContaining('store local'),
    })
    expect(await state.tasks()).toEqual(['0_1'])
  })

  test('a topology that keeps nothing leaves no note, but is compared with one that did', async () => {
    await check(keeping())
    expect(await state.note?.read()).toBeUndefined()
    await check(keeping(counts))
    await expect(check(keeping())).rejects.toMatchObject({ code: 'TOPOLOGY_INCOMPATIBLE' })
  })

  test('a global table of another topic is read anew', async () => {
    const joining = (name: string) => {
      const rates = globalTable(
        topic(name, { key: string, value: long }),
        timestampedKeyValueStore('rates', { key: string, value: long }),
      )
      const joined = stream(input).join(
        rates,
        (value) => value,
        (value) => value,
      )
      return topology('app', [joined.to(output)])
    }
    await check(joining('rates'))
    await (await state.open('global', 'rates')).close()
    expect(await check(joining('other-rates'))).toMatchObject([{ kind: 'rebuild', rebuilds: ['global'] }])
    expect(await state.tasks()).toEqual([])
  })

  test('the log binds a machine without state', async () => {
    const log = memoryLog()
    await check(keeping(counts, totals), { log })
    const elsewhere = levelStateDirectory(join(directory, 'elsewhere'), 'app')
    try {
      await expect(check(keeping(counts), { log, state: elsewhere })).rejects.toMatchObject({
        code: 'TOPOLOGY_INCOMPATIBLE',
      })
      expect(await check(keeping(counts, totals), { log, state: elsewhere })).toEqual([])
      expect(await elsewhere.note?.read()).toBe(await state.note?.read())
    } finally {
      await elsewhere.close()
      await log.close()
    }
  })

  test('a file that is no fingerprint is refused, not overwritten', async () => {
    await state.note?.write('{"format":7}')
    await expect(check(keeping(counts))).rejects.toMatchObject({ code: 'STATE_INCOMPATIBLE' })
    expect(await readFile(join(directory, 'app', 'fingerprint.json'), 'utf8')).toBe('{"format":7}')
  })
})
