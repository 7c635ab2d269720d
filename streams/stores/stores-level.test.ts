import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { storeContract } from '../testing/contracts/stores'
import { levelStateDirectory } from './level-directory'

/** Each case opens several databases: fewer than in memory, where the same properties are tried at length. */
const CASES = 30

async function subject() {
  const path = await mkdtemp(join(tmpdir(), 'millrace-stores-'))
  const remove = () => rm(path, { recursive: true, force: true })
  return { open: async () => levelStateDirectory(path, 'app'), remove }
}

storeContract('level', subject, CASES)
