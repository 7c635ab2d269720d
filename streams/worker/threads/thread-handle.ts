import { extname, join } from 'node:path'
import { type WorkerOptions as NodeOptions, Worker as Thread } from 'node:worker_threads'
import type { FromThread, ThreadData, ToThread } from './messages'

/** A running thread, as the process sees it. */
export interface ThreadHandle {
  tell(order: ToThread): void
  onMessage(listener: (message: FromThread) => void): void
  /** Once it has ended, in whatever way; with what it threw where nothing caught that. */
  onExit(listener: (code: number, error: unknown) => void): void
  /** Ends it at once. */
  terminate(): Promise<void>
}

/** Options of Node for the threads: loaders, environment, limits of memory. Default: those of the process. */
export type ThreadOptions = Pick<NodeOptions, 'execArgv' | 'env' | 'resourceLimits'>

export type StartThread = (data: ThreadData) => ThreadHandle

/** From the sources a thread has to load TypeScript before anything else; the loaders of its process do not reach it. */
const FROM_SOURCE =
  "const { workerData } = require('node:worker_threads'); require(workerData.tsx); require(workerData.entry)"

/** Starts a thread on the file beside this one, as it is: compiled, or as a source. */
export function startThread(given: ThreadOptions = {}): StartThread {
  const extension = extname(__filename)
  const entry = join(__dirname, `thread${extension}`)
  return (data) => {
    const options = { ...given, name: `millrace-${data.threadIndex}` }
    const thread =
      extension === '.ts'
        ? new Thread(FROM_SOURCE, {
            ...options,
            eval: true,
            workerData: { ...data, entry, tsx: require.resolve('tsx/cjs') },
          })
        : new Thread(entry, { ...options, workerData: data })
    return handleOf(thread)
  }
}

function handleOf(thread: Thread): ThreadHandle {
  let thrown: unknown
  thread.on('error', (error) => {
    thrown = error
  })
  return {
    tell: (order) => thread.postMessage(order),
    onMessage: (listener) => void thread.on('message', listener),
    onExit: (listener) => void thread.on('exit', (code) => listener(code, thrown)),
    terminate: async () => void (await thread.terminate()),
  }
}
