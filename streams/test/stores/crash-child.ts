import { levelStateDirectory } from '../../stores'
import { change, declarations, openWork } from './crash-work'

/** Commits without end, from where the stores stand; killed by the test. */
async function main(stateDir: string): Promise<void> {
  const directory = levelStateDirectory(stateDir, 'app')
  const stores = await Promise.all(
    declarations.map(async (declaration) => ({
      declaration,
      store: openWork(declaration, await directory.open('0_0', declaration.name)),
    })),
  )
  console.log('committing')
  await Promise.all(
    stores.map(async ({ declaration, store }) => {
      for (let n = store.position ?? 0; ; n++) {
        change(declaration, store, n)
        store.drainChanges()
        await store.persist(n + 1)
      }
    }),
  )
}

void main(process.argv[2]!)
