import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { backendContract } from '../testing/contracts/backend'
import { levelBackend } from './level'
import { levelStateDirectory } from './level-directory'

async function temporary() {
  const path = await mkdtemp(join(tmpdir(), 'millrace-state-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

backendContract('level', async () => {
  const { path, remove } = await temporary()
  const directory = levelStateDirectory(path, 'app')
  return { open: () => directory.open('0_0', 'store'), remove: () => directory.close().then(remove) }
})

backendContract('level, a store by itself', async () => {
  const { path, remove } = await temporary()
  return { open: () => levelBackend(join(path, 'store')), remove }
})
