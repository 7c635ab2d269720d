import { findMongo, type MongoHandle, type MongoWay } from './server'

const START_TIMEOUT_MS = 120_000

/** A `describe` for tests on a MongoDB. Skipped, with one line that says why, where there is none; failed with REQUIRE_MONGO=1. */
export function mongoSuite(name: string, define: (mongo: () => MongoHandle, source: MongoWay['source']) => void): void {
  const way = wayOrReason()
  if (typeof way === 'string') {
    skipped(name, way)
    return
  }
  describe(name, () => {
    let mongo: MongoHandle | undefined
    beforeAll(async () => {
      mongo = await way.start()
    }, START_TIMEOUT_MS)
    define(() => {
      if (mongo === undefined) throw new Error('the server is started before the tests, not before the describes')
      return mongo
    }, way.source)
    // After the definitions, since hooks of this kind run in the order in which they were given.
    afterAll(async () => mongo?.stop())
  })
}

function wayOrReason(): MongoWay | string {
  try {
    return findMongo()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function skipped(name: string, reason: string): void {
  if (process.env.REQUIRE_MONGO !== '1') {
    process.stderr.write(`${name}: skipped, since MONGODB_URI is not set, Docker gave no MongoDB, and ${reason}\n`)
    describe.skip(name, () => test('needs a MongoDB', () => undefined))
    return
  }
  test(`${name} needs a MongoDB`, () => {
    throw new Error(`REQUIRE_MONGO=1, but MONGODB_URI is not set, Docker gave no MongoDB, and ${reason}`)
  })
}
