import type { Logger } from '../../logger'
import type { WorkerOptions } from '../options'

/** What a worker module learns of the thread it is loaded in. */
export interface WorkerContext {
  /** From 0. */
  readonly threadIndex: number
  /** How many threads run it. */
  readonly threads: number
  /** Writes where the process that started the threads wants to have it. */
  readonly logger: Logger
}

/**
 * Makes the options of a worker. Each thread calls it once, so each has a log, with connections of its own, and a state directory
 * object of its own, over one directory for all. Both are closed when the thread ends.
 */
export type WorkerDefinition = (context: WorkerContext) => WorkerOptions | Promise<WorkerOptions>

/**
 * The default export of a worker module, for `workerThreads` and `npx millrace worker`. Gives the definition back as it is,
 * with its types.
 * @example
 * export default defineWorker(async ({ logger }) => ({
 *   topology: orders,
 *   log: await openKafkaLog(kafkaConfigFromEnv(process.env)),
 *   state: levelStateDirectory('./data/state', 'orders'),
 *   logger,
 * }))
 */
export function defineWorker(define: WorkerDefinition): WorkerDefinition {
  return define
}
