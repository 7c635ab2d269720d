import { join } from 'node:path'
import type { Command } from 'commander'
import { checkContract, findingText, release, releasedVersions } from '../../registry/contracts'
import { table } from '../output'
import { guarded, type SchemaFlags, type Surroundings, verb, verdict } from './common'

/** `millrace schemas release`: keeps the contracts as they are beside those before them, to be compared with from now on. */
export function releaseVerb(around: Surroundings): Command {
  const command = verb(
    'release [directory]',
    'keep the contracts as they are in released/, where they may follow what is there',
  ).argument('[directory]', 'of .avsc files (default: schemas)')
  return command.action((directory: string | undefined, flags: SchemaFlags) =>
    guarded(command, () => {
      const contracts = around.contracts(directory, flags)
      const breaks = contracts.contracts
        .flatMap((one) => checkContract(contracts, one, releasedVersions(contracts.directory, one)))
        .map((one) => ({ ...one, file: around.shown(one.file) }))
      const released = breaks.length > 0 ? [] : release(contracts)
      const rows = released.map(({ subject, version, file, isNew }) => [
        subject,
        `version ${version}`,
        around.shown(join(contracts.directory, file)),
        isNew ? 'new' : 'as it was',
      ])
      const text = breaks.map((one) => `${findingText(one)}\n`).join('')
      around.tell(flags, { released, breaks }, text === '' ? table(rows) : `${text}nothing has been released\n`)
      verdict(breaks.length === 0)
    }),
  )
}
