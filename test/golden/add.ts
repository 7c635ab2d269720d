/** Adds to the golden corpus what has changed in `schemas/`: `npm run schemas:golden`. */
import { contracts } from './contracts'
import { addVersion, writeExpected } from './corpus'

async function main(): Promise<void> {
  const added: (string | undefined)[] = []
  for (const contract of contracts) added.push(await addVersion(contract))
  for (const line of added) if (line !== undefined) console.log(line)
  if (added.every((line) => line === undefined)) console.log('every schema has its version in the corpus')
  for (const contract of contracts) writeExpected(contract)
}

void main()
