/** What becomes of a source record at fault. `dead-letter`: to `<topic>-dlq` with its original bytes, and on with the next. */
export type OnError = 'fail' | 'continue' | 'dead-letter'

/** KIP-161, KIP-1033, KIP-1034 as one declared policy. */
export interface ErrorPolicy {
  readonly deserialization: OnError
  readonly processing: OnError
  readonly production: OnError
}

export const failFast: ErrorPolicy = Object.freeze({ deserialization: 'fail', processing: 'fail', production: 'fail' })
export const deadLetter: ErrorPolicy = Object.freeze({
  deserialization: 'dead-letter',
  processing: 'dead-letter',
  production: 'dead-letter',
})
