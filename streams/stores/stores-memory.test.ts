import { storeContract } from '../testing/contracts/stores'
import { memoryStateDirectory } from './memory-directory'

storeContract('memory', async () => ({ open: async () => memoryStateDirectory(), remove: async () => {} }))
