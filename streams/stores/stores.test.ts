import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { storeContract } from '../testing/contracts/stores'
import { levelStateDirectory } from './level-directory'
import { memoryStateDirectory } from './memory-directory'

storeContract('memory', async () => ({ open: async () => memoryStateDirectory(), remove: async () => {} }))

storeContract(
  'level',
  async () => {
    const path = await mkdtemp(join(tmpdir(), 'millrace-stores-'))
    return {
      open: async () => levelStateDirectory(path, 'app'),
      remove: () => rm(path, { recursive: true, force: true }),
    }
  },
  60,
)
