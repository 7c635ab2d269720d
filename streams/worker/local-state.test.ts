import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stream } from '../dsl/stream'
import { topology } from '../graph/topology'
import { memoryLog } from '../log/embedded'
import { json, string } from '../serdes'
import { keyValueStore, memoryStateDirectory } from '../stores'
import type { StateDirectory } from '../stores/backend'
import { levelStateDirectory } from '../stores/level-directory'
import { topic } from '../topics'
import { readLocalState } from './local-state'
import { resolveOptions } from './options'

const numbers = topic('numbers', { key: string, value: json<number>(), partitions: 2 })
const stores = ['sums', 'counts'].map((name) => keyValueStore(name, { key: string, value: json<number>() }))
const counting = topology('counting', [
  stream(numbers)
    .process<string, number, typeof stores>(() => ({ process: () => undefined }), { stores })
    .foreach(() => undefined),
])

describe('the state in a directory', () => {
  let directory: string
  let state: StateDirectory
  let now = 0
  const clock = { now: () => now, sleep: async () => undefined }
  beforeEach(async () => {
    now = 0
    directory = await mkdtemp(join(tmpdir(), 'local-state-'))
    state = levelStateDirectory(directory, 'counting')
  })
  afterEach(async () => {
    await state.close()
    await rm(directory, { recursive: true })
  })
  const write = async (of: StateDirectory, taskId: string, offsets: readonly number[]) => {
    for (const [index, offset] of offsets.entries()) {
      const backend = await of.open(taskId, stores[index]!.name)
      await backend.write([], offset)
      await backend.close()
    }
  }
  const read = (of: StateDirectory = state) =>
    readLocalState(
      resolveOptions({ topology: counting, log: memoryLog(), state: of, clock, stateCleanupDelayMs: 1_000 }),
    )

  test('is known by the sum of the offsets at which the stores of each task stand', async () => {
    await write(state, '0_0', [7, 5])
    await write(state, '0_1', [3])
    await write(state, 'global', [1])
    await write(state, '9_0', [1])
    const local = await read()
    expect(local.offsets).toEqual(
      new Map([
        ['0_0', 12],
        ['0_1', 3],
      ]),
    )
    local.closed('0_1', 20)
    expect(local.offsets.get('0_1')).toBe(20)
  })

  test('is not known where another thread has it open', async () => {
    await write(state, '0_0', [7, 5])
    const open = await state.open('0_0', 'sums')
    expect((await read()).offsets).toEqual(new Map())
    await open.close()
  })

  test('stays for a while after its last use, and goes then', async () => {
    for (const id of ['0_0', '0_1', '9_0']) await write(state, id, [1])
    const local = await read()
    now = 900
    await local.cleanUp(new Set(['0_1']))
    expect(await state.tasks()).toEqual(['0_0', '0_1', '9_0'])
    now = 1_000
    await local.cleanUp(new Set())
    expect(await state.tasks()).toEqual(['0_1'])
    expect(local.offsets.has('0_0')).toBe(false)
    now = 1_900
    const open = await state.open('0_1', 'sums')
    await local.cleanUp(new Set())
    expect(await state.tasks()).toEqual(['0_1'])
    await open.close()
    await local.cleanUp(new Set())
    expect(await state.tasks()).toEqual([])
  })

  test('goes at once where it takes up memory', async () => {
    const memory = memoryStateDirectory()
    for (const id of ['0_0', '0_1']) await write(memory, id, [1])
    const local = await read(memory)
    await local.cleanUp(new Set(['0_1']))
    expect(await memory.tasks()).toEqual(['0_1'])
  })
})
