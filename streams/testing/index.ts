export { testDriver } from './driver'
export { type ManualClock, manualClock } from './manual-clock'
export type * from './types'
