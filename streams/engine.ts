/** What the package runs, as one file (build.ts): what users import, and the programs that begin here. */
export { runMillrace } from './cli/program'
export * as index from './index'
export * as testing from './testing'
export { runThread } from './worker/threads/run-thread'
