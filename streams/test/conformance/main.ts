/** `npm run conformance`: every vector of CONFORMANCE_VECTORS (default: our own copy) through the test driver. */
import { parseArgs } from 'node:util'
import { check, type Verdict } from './check'
import { loadScenarios } from './scenario'
import { vectorDirectory, vectorFiles } from './vector'

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, only: { type: 'string', multiple: true } },
})
const { json, only } = values

function main(): number {
  const directory = vectorDirectory()
  const files = vectorFiles(directory).filter(({ name }) => only === undefined || only.includes(name))
  if (files.length === 0) {
    console.error(`no vectors ${only === undefined ? '' : `named ${only.join(', ')} `}in ${directory}`)
    return 1
  }
  const scenarios = loadScenarios()
  const verdicts = files.map((file) => {
    const verdict = check(file, scenarios)
    if (!json) console.log(line(verdict))
    return verdict
  })
  const passed = verdicts.filter((verdict) => verdict.passed).length
  const failed = verdicts.length - passed
  console.log(json ? JSON.stringify({ passed, failed, verdicts }, null, 2) : `${passed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}

function line({ scenario, passed, difference }: Verdict): string {
  return passed ? `ok    ${scenario}` : `FAIL  ${scenario}\n      ${difference?.replaceAll('\n', '\n      ')}`
}

process.exitCode = main()
