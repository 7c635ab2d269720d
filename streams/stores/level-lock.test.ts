import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { acquireLock } from './level-lock'

const options = { shared: true, inUse: 'in use' }

test('a lock whose files are damaged is made anew', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'millrace-lock-'))
  const location = join(directory, 'process')
  for (const damaged of [/^CURRENT$/, /^MANIFEST/]) {
    const release = await acquireLock(location, options)
    await release()
    for (const file of (await readdir(location)).filter((name) => damaged.test(name))) {
      await truncate(join(location, file), 3)
    }
    const again = await acquireLock(location, options)
    await again()
  }
  await rm(directory, { recursive: true })
})
