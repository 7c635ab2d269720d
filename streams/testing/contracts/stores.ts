import { type DirectorySubject, type Harness, harness } from './stores/harness'
import { keyValueContract } from './stores/key-value'
import { sessionContract } from './stores/sessions'
import { versionedContract } from './stores/versioned'
import { windowContract } from './stores/windows'

export type { DirectorySubject } from './stores/harness'

/**
 * The suite that every kind of store passes on every back end.
 * @param numRuns cases of each property
 * @example
 * storeContract('memory', async () => ({ open: async () => memoryStateDirectory(), remove: async () => {} }))
 */
export function storeContract(name: string, subject: () => Promise<DirectorySubject>, numRuns = 1000): void {
  describe(`the contract of stores: ${name}`, () => {
    let current: Harness
    const under = () => current

    // Properties take their time, the more so on a disk and beside other suites.
    jest.setTimeout(120_000)

    beforeEach(async () => {
      const opened = await subject()
      current = harness(opened, await opened.open())
    })
    afterEach(() => current.close())

    keyValueContract(under, numRuns)
    windowContract(under, numRuns)
    sessionContract(under, numRuns)
    versionedContract(under, numRuns)
  })
}
