import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { OutageError } from 'millrace'
import { orderReadModelContract } from '../test/contracts/order-read-model'
import { openEmbeddedReadModel } from './embedded'
import type { OrderReadModel } from './port'

const directories: string[] = []
async function directory(): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), 'read-model-'))
  directories.push(made)
  return made
}
afterAll(() => Promise.all(directories.map((made) => rm(made, { recursive: true, force: true }))))

orderReadModelContract('the embedded store', async () => {
  const where = await directory()
  const model = await openEmbeddedReadModel(where)
  const reopen = async (): Promise<OrderReadModel> => {
    await model.close()
    return openEmbeddedReadModel(where)
  }
  return { model, reopen }
})

describe('the embedded read model', () => {
  test('is open once: a second opening says that it is in use', async () => {
    const where = await directory()
    const model = await openEmbeddedReadModel(where)
    await expect(openEmbeddedReadModel(where)).rejects.toMatchObject({ code: 'STATE_LOCKED' })
    await model.close()
  })

  test('a store that can no longer be used is an outage', async () => {
    const model = await openEmbeddedReadModel(await directory())
    await model.close()
    await expect(model.get('o-1')).rejects.toBeInstanceOf(OutageError)
    await expect(model.list({ limit: 1 })).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' })
  })
})
