import { check } from './check'
import { loadScenarios } from './scenario'
import { disorderDirectory, vectorDirectory, vectorFiles } from './vector'

/** The same run as `npm run conformance`, one test per scenario, and once more with more disorder in the records. */
describe.each([
  ['record for record', vectorDirectory()],
  ['with more disorder', disorderDirectory()],
])('what Apache Kafka Streams put out, %s', (_name, directory) => {
  const scenarios = loadScenarios()

  test.each(vectorFiles(directory).map((file) => [file.name, file] as const))('%s', (_, file) => {
    expect(check(file, scenarios).difference).toBeUndefined()
  })
})
