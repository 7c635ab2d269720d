/**
 * `npm run bench:micro [-- <name>]`: how fast the engine's parts are by themselves. Each part is a program of its own, which
 * takes arguments too; docs/performance.md says how to profile one.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const inEngine = (file: string) => join(__dirname, '..', 'streams', 'bench', file)

/** The program of each part, and how much it does when all are run. */
const parts: Readonly<Record<string, readonly [file: string, ...args: string[]]>> = {
  records: [inEngine('records.ts')],
  serdes: [inEngine('serdes.ts')],
  avro: [inEngine('avro.ts')],
  stores: [inEngine('stores.ts'), '100000'],
  operators: [inEngine('task.ts'), '200000'],
  driver: [join(__dirname, 'micro', 'driver.ts')],
}

const [chosen] = process.argv.slice(2)
if (chosen !== undefined && parts[chosen] === undefined) {
  console.error(`there is no part ${chosen}; the parts are ${Object.keys(parts).join(', ')}`)
  process.exit(1)
}
for (const [name, [file, ...args]] of Object.entries(parts)) {
  if (chosen !== undefined && chosen !== name) continue
  console.log(`\n${name}`)
  const command = ['--conditions=source', '--require', 'tsx/cjs', file, ...args]
  const { status } = spawnSync(process.execPath, command, { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
