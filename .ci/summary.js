// The closing line of a run: every test counted, and each failed step beside them as one failure more.
const { readFileSync } = require('node:fs')

const [file, stepFailed] = process.argv.slice(2)
const results = read(file)
const stepFailures = stepFailed === '0' ? 0 : 1
const failed = results.numFailedTests + results.numRuntimeErrorTestSuites
const total = failed > 0 ? failed : stepFailures
const skipped = results.numPendingTests > 0 ? `, ${results.numPendingTests} skipped` : ''
console.log(`${results.numPassedTests} passed, ${total} failed${skipped}`)
process.exit(total === 0 ? 0 : 1)

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return { numPassedTests: 0, numFailedTests: 1, numRuntimeErrorTestSuites: 0, numPendingTests: 0 }
  }
}
