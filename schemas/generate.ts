/** Writes `generated/` from the .avsc files: `npm run schemas:generate`. */
import { join } from 'node:path'
import { writeGenerated } from 'millrace'

const { modules, stale, orphaned } = writeGenerated({ from: __dirname, to: join(__dirname, 'generated') })
for (const name of stale) console.log(`wrote generated/${name}`)
for (const name of orphaned) console.log(`removed generated/${name}`)
if (stale.length + orphaned.length === 0) console.log(`${modules.length} modules are up to date`)
