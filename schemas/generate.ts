/** Writes `generated/` from the .avsc files: `npm run schemas:generate`. */
import { join } from 'node:path'
import { writeGenerated } from 'millrace'

/** The contracts, and the versions of events that are not written any more. */
for (const folder of ['.', 'history']) {
  const from = join(__dirname, folder)
  const { modules, stale, orphaned } = writeGenerated({ from, to: join(from, 'generated') })
  for (const name of stale) console.log(`wrote ${join(folder, 'generated', name)}`)
  for (const name of orphaned) console.log(`removed ${join(folder, 'generated', name)}`)
  if (stale.length + orphaned.length === 0) console.log(`${folder}: ${modules.length} modules are up to date`)
}
