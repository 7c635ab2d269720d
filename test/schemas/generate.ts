/** Writes the types of the odd schemas: `npx tsx --conditions=source test/schemas/generate.ts`. */
import { writeGenerated } from 'millrace'
import { folders } from './folders'

for (const folder of folders) {
  const { modules, stale } = writeGenerated(folder)
  console.log(`${folder.from}: ${modules.length} modules, ${stale.length} written`)
}
