/** Adds to the golden corpus what has changed in `schemas/`: `npm run schemas:golden`. */
import { contracts } from './contracts'
import { addVersion, writeExpected } from './corpus'

const added = contracts.flatMap((contract) => addVersion(contract) ?? [])
for (const line of added) console.log(line)
if (added.length === 0) console.log('every schema has its version in the corpus')
for (const contract of contracts) writeExpected(contract)
