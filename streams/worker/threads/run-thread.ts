import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { Registry } from 'prom-client'
import type { Logger } from '../../logger'
import { registerMetrics } from '../metrics'
import { createHeldWorker, type Worker } from '../worker'
import { loadDefinition } from './load-module'
import { cloneable, type FromThread, type LogLevel, type ThreadData, type ToThread, tellError } from './messages'

type Ended = Extract<FromThread, { readonly type: 'ended' }>

const STATUS_EVERY_MS = 250
/** After this it is said that the module has not given its worker yet. */
const PATIENCE_MS = 5_000

async function run(port: MessagePort, data: ThreadData): Promise<void> {
  const { module, threadIndex, threads, processId, isDebug } = data
  const tell = (message: FromThread) => port.postMessage(message)
  const told = orders(port)
  const logger = loggerTo(tell, isDebug)
  const waiting = setTimeout(
    () => logger.warn({ module }, `${module} has not given its worker yet: what it opens does not answer`),
    PATIENCE_MS,
  )
  const define = await loadDefinition(module)
  const options = { logger, processId, ...(await define({ threadIndex, threads, logger })) }
  clearTimeout(waiting)
  const worker = createHeldWorker(options, () => {
    tell({ type: 'ready' })
    return told.mayJoin
  })
  try {
    worker.onState((state) => tell({ type: 'state', state }))
    tell({ type: 'loaded', applicationId: worker.applicationId })
    const metrics = metricsOf(worker, threadIndex)
    await told.obey(worker, {
      started: () => tell({ type: 'started' }),
      metrics: async (ask) => tell({ type: 'metrics', ask, metrics: await metrics() }),
    })
    await report(worker, tell)
  } finally {
    await Promise.allSettled([options.log.close(), options.state?.close()])
  }
}

interface Orders {
  readonly mayJoin: Promise<void>
  /** Resolves once it has started, or is not to start. */
  obey(worker: Worker, answer: Answers): Promise<void>
}

interface Answers {
  started(): void
  metrics(ask: number): Promise<void>
}

/** Orders may come while the module is still being loaded; to close then ends the thread, which holds nothing yet. */
function orders(port: MessagePort): Orders {
  const waiting: ToThread[] = []
  let join = (): void => undefined
  const mayJoin = new Promise<void>((resolve) => {
    join = resolve
  })
  let take = (order: ToThread): void => {
    if (order.type === 'close') end(port, { type: 'ended' })
    waiting.push(order)
  }
  port.on('message', (order: ToThread) => take(order))
  return {
    mayJoin,
    obey: (worker, answer) =>
      new Promise<void>((resolve, reject) => {
        take = (order) => {
          if (order.type === 'start') worker.start().then(answer.started).then(resolve, reject)
          else if (order.type === 'join') join()
          else if (order.type === 'close') void worker.close(order.timeoutMs).then(resolve)
          else if (order.type === 'metrics') void answer.metrics(order.ask)
          else worker[order.type]()
        }
        for (const order of waiting.splice(0)) take(order)
      }),
  }
}

/** What it counts, in prom-client's form. */
function metricsOf(worker: Worker, threadIndex: number): () => Promise<readonly object[]> {
  let registry: Registry | undefined
  return async () => {
    if (registry === undefined) {
      const { Registry: PromRegistry } = require('prom-client') as typeof import('prom-client') // only here: it delays a start
      registry = new PromRegistry()
      registry.setDefaultLabels({ thread: String(threadIndex) })
      registerMetrics(registry, [worker])
    }
    return registry.getMetricsAsJSON()
  }
}

/** Says how the worker is until it has ended. */
async function report(worker: Worker, tell: (message: FromThread) => void): Promise<void> {
  let before = ''
  const look = () => {
    const status = { memberId: worker.memberId, members: worker.metadata(), restoring: worker.restoring }
    const now = JSON.stringify(status)
    if (now !== before) tell({ type: 'status', status })
    before = now
  }
  worker.onState(look)
  const timer = setInterval(look, STATUS_EVERY_MS)
  try {
    await worker.done
  } finally {
    clearInterval(timer)
    look()
  }
}

function loggerTo(tell: (message: FromThread) => void, isDebug: boolean): Logger {
  const at = (level: LogLevel) => (fields: object, message: string) =>
    tell({ type: 'log', level, fields: cloneable(fields), message })
  return {
    debug: isDebug ? at('debug') : () => undefined,
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    isLevelEnabled: (level) => level !== 'trace' && (level !== 'debug' || isDebug),
  }
}

/** What a thread of `workerThreads` runs: one worker, made by the application's module. */
export async function runThread(): Promise<void> {
  const port = parentPort!
  let ended: Ended = { type: 'ended' }
  try {
    await run(port, workerData as ThreadData)
  } catch (error) {
    ended = { type: 'ended', error: tellError(error) }
  }
  end(port, ended)
}

/** Whatever the module has left open does not keep the thread alive. Messages that were posted are still delivered. */
function end(port: MessagePort, ended: Ended): never {
  port.postMessage(ended)
  process.exit(ended.error === undefined ? 0 : 1)
}
