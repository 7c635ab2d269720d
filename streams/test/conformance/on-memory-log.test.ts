import { memoryLog } from '../../log/embedded'
import { finalTablesSuite, type Setting } from './suite'

const settings: readonly Setting[] = [
  { guarantee: 'exactly_once_v2', state: 'memory' },
  { guarantee: 'at_least_once', state: 'level' },
]

/** Every scenario under both guarantees. */
describe.each(settings)('the final tables on the log in memory, $guarantee', (setting) => {
  finalTablesSuite({ prefix: '', open: memoryLog, settingOf: () => setting, sideBySide: 8, timeoutMs: 180_000 })
})
