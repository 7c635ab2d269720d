import { type ApicurioHandle, findApicurio } from './server'

const START_TIMEOUT_MS = 180_000

/**
 * A `describe` for tests on Apicurio Registry. Skipped, with a line that says why, where there is no Java 21 with Maven;
 * failed with REQUIRE_APICURIO=1.
 */
export function apicurioSuite(name: string, define: (apicurio: () => ApicurioHandle) => void): void {
  const start = startOrReason()
  if (typeof start === 'string') {
    skipped(name, start)
    return
  }
  describe(name, () => {
    let apicurio: ApicurioHandle | undefined
    beforeAll(async () => {
      apicurio = await start()
    }, START_TIMEOUT_MS)
    define(() => {
      if (apicurio === undefined) throw new Error('the registry is started before the tests, not before the describes')
      return apicurio
    })
    // After the definitions, since hooks of this kind run in the order in which they were given.
    afterAll(async () => apicurio?.stop())
  })
}

function startOrReason(): (() => Promise<ApicurioHandle>) | string {
  try {
    return findApicurio()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function skipped(name: string, reason: string): void {
  if (process.env.REQUIRE_APICURIO !== '1') {
    process.stderr.write(`${name}: SKIPPED, since ${reason}\n`)
    describe.skip(name, () => test('needs Apicurio', () => undefined))
    return
  }
  test(`${name} needs Apicurio`, () => {
    throw new Error(`REQUIRE_APICURIO=1, but ${reason}`)
  })
}
