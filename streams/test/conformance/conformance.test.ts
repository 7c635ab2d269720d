import { check } from './check'
import { loadScenarios } from './scenario'
import { vectorDirectory, vectorFiles } from './vector'

/** The same run as `npm run conformance`, one test per scenario. */
describe('what Apache Kafka Streams put out, record for record', () => {
  const scenarios = loadScenarios()

  test.each(vectorFiles(vectorDirectory()).map((file) => [file.name, file] as const))('%s', (_, file) => {
    expect(check(file, scenarios).difference).toBeUndefined()
  })
})
