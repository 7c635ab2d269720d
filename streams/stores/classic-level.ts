/** Loaded when the first store is opened: it delays a start, during which a worker waits for the log anyway. */
export const classicLevel = () => require('classic-level') as typeof import('classic-level')
