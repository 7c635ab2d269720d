// The closing line of a run: every test and every fault counted, and each failed step beside them as one failure more.
const { readFileSync } = require('node:fs')

const [testsFile, faultsFile, stepFailed] = process.argv.slice(2)
const noTests = { numPassedTests: 0, numFailedTests: 1, numRuntimeErrorTestSuites: 0, numPendingTests: 0 }
const noFaults = { passed: 0, failed: 1, skipped: 0 }
const tests = read(testsFile, noTests)
const faults = read(faultsFile, noFaults)
const passed = tests.numPassedTests + faults.passed
const failed = tests.numFailedTests + tests.numRuntimeErrorTestSuites + faults.failed
const skipped = tests.numPendingTests + faults.skipped
const total = failed === 0 && stepFailed !== '0' ? 1 : failed
console.log(`${passed} passed, ${total} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exit(total === 0 ? 0 : 1)

/** What was not written, or not to its end, counts as one failure. */
function read(path, nothing) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return nothing
  }
}
