import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  differences,
  foldChangelog,
  levelStateDirectory,
  memoryBackend,
  type RestoreRecord,
  storedEntries,
} from '../../stores'
import { change, declarations, openWork } from './crash-work'

jest.setTimeout(60_000)

const child = (stateDir: string) =>
  spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'crash-child.ts'), stateDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })

/** The changelog that the first `commits` commits wrote. */
function changelogOf(declaration: (typeof declarations)[number], commits: number): readonly RestoreRecord[] {
  const store = openWork(declaration, memoryBackend())
  return Array.from({ length: commits }).flatMap((_, n) => {
    change(declaration, store, n)
    return store.drainChanges()
  })
}

describe('a process killed while it commits', () => {
  let stateDir: string
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'millrace-crash-'))
  })
  afterEach(() => rm(stateDir, { recursive: true, force: true }))

  test('leaves stores whose content is that of their position', async () => {
    const positions: number[] = []
    for (const ms of [30, 200, 90, 400]) {
      const killed = child(stateDir)
      await once(killed.stdout, 'data')
      await sleep(ms)
      killed.kill('SIGKILL')
      await once(killed, 'exit')

      const directory = levelStateDirectory(stateDir, 'app')
      for (const declaration of declarations) {
        const backend = await directory.open('0_0', declaration.name)
        const position = backend.position() ?? 0
        expect(
          differences(
            storedEntries(declaration, backend),
            foldChangelog(declaration, changelogOf(declaration, position)),
          ),
        ).toEqual([])
        if (declaration.kind === 'key-value') positions.push(position)
      }
      await directory.close()
    }
    expect(positions.at(-1)).toBeGreaterThan(positions[0]!)
  })

  test('holds its state directory as long as it lives, and no longer', async () => {
    const holder = child(stateDir)
    await once(holder.stdout, 'data')
    const directory = levelStateDirectory(stateDir, 'app')
    await expect(directory.open('0_1', 'kv')).rejects.toMatchObject({
      code: 'STATE_LOCKED',
      message: expect.stringContaining(join(stateDir, 'app')),
    })
    await expect(directory.wipe('0_0')).rejects.toMatchObject({ code: 'STATE_LOCKED' })
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    await directory.wipe('0_0')
    const backend = await directory.open('0_0', 'kv')
    expect(backend.position()).toBeUndefined()
    await directory.close()
  })
})
