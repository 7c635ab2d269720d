/** User functions once their types have been checked by the handles: value first, key second. */
export type ValueKeyFn = (value: unknown, key: unknown) => unknown
export type Pair = readonly [key: unknown, value: unknown]
