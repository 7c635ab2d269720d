import { adminContract } from './log/admin'
import { type LogSubject, logFixture } from './log/fixture'
import { groupContract } from './log/groups'
import { producingContract } from './log/producing'
import { readingContract } from './log/reading'
import { reopenContract } from './log/reopen'
import { transactionContract } from './log/transactions'

export type { LogSubject } from './log/fixture'

/**
 * The suite that every implementation of the Log port passes. It runs in jest, on a log that others may be using at the
 * same time: all its topics, groups and transactional ids are its own.
 * @example
 * logContract('memory', async () => {
 *   const log = memoryLog()
 *   return { log, close: () => log.close() }
 * })
 */
export function logContract(name: string, open: () => Promise<LogSubject>): void {
  describe(`the Log contract: ${name}`, () => {
    const fixture = logFixture(open)
    adminContract(fixture)
    producingContract(fixture)
    readingContract(fixture)
    transactionContract(fixture)
    groupContract(fixture)
    reopenContract(fixture)
  })
}
