import { backendContract } from '../testing/contracts/backend'
import { memoryStateDirectory } from './memory-directory'

backendContract('memory', async () => {
  const directory = memoryStateDirectory()
  return { open: () => directory.open('0_0', 'store'), remove: () => directory.close() }
})
