import { randomUUID } from 'node:crypto'
import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../clock'
import { MillraceError, messageOf } from '../../errors'
import { silentLogger } from '../../logger'
import { createLifecycle } from '../lifecycle'
import type { MemberMetadata } from '../member-info'
import type { WorkerState } from '../options'
import type { RestoreProgress } from '../restore-progress'
import { diedWith, type FromThread, type ThreadReport, toldError } from './messages'
import type { WorkerThreads, WorkerThreadsOptions } from './options'
import { startAlone, startTogether } from './start-together'
import { startThread, type ThreadHandle } from './thread-handle'
import { threadMetrics } from './thread-metrics'
import { stateOfAll } from './thread-states'

interface Slot {
  readonly threadIndex: number
  handle: ThreadHandle
  state: WorkerState
  report: ThreadReport
  error: unknown
  replacements: number
  /** It has said why it ends. */
  toldEnd: boolean
  over: boolean
}

const REPLACE_AFTER_MS = 1_000
/** Beyond the time a worker has for its end. */
const TERMINATE_AFTER_MS = 3_000
const NOTHING: ThreadReport = { memberId: undefined, members: [], restoring: [] }

/**
 * Runs a worker module in several threads of this process. Nothing happens before `start`.
 * @throws MillraceError CONFIG_INVALID
 * @example
 * const workers = workerThreads({ module: join(__dirname, 'orders.worker.js'), threads: 4 })
 * await workers.start()
 */
export function workerThreads(options: WorkerThreadsOptions): WorkerThreads {
  const { threads, logger = silentLogger, clock = systemClock, newId = randomUUID } = options
  const { onThreadFailure = () => 'shutdown-client', startThread: start = startThread(options.threadOptions) } = options
  const module = pathOf(options.module)
  if (!Number.isInteger(threads) || threads < 1)
    throw new MillraceError('CONFIG_INVALID', `threads must be a whole number from 1, not ${threads}`)
  const lifecycle = createLifecycle({ applicationId: module, logger: silentLogger })
  const processId = newId()
  const isDebug = logger.isLevelEnabled?.('debug') === true
  const metrics = threadMetrics(clock)
  const slots: Slot[] = []
  let isStarted = false
  const ended: Promise<void>[] = []

  function spawn(threadIndex: number, replacements = 0): Slot {
    const handle = start({ module, threadIndex, threads, processId, isDebug })
    const slot: Slot = {
      threadIndex,
      handle,
      state: 'CREATED',
      report: NOTHING,
      error: undefined,
      replacements,
      toldEnd: false,
      over: false,
    }
    slots[threadIndex] = slot
    handle.onMessage((message) => heed(slot, message))
    ended.push(new Promise((resolve) => handle.onExit((code, error) => resolve(gone(slot, code, error)))))
    return slot
  }
  function heed(slot: Slot, message: FromThread): void {
    if (message.type === 'state') {
      slot.state = message.state
      update()
    } else if (message.type === 'status') slot.report = message.status
    else if (message.type === 'metrics') metrics.answered(message.ask, message.metrics)
    else if (message.type === 'log')
      logger[message.level]({ thread: slot.threadIndex, ...message.fields }, message.message)
    else if (message.type === 'ended' && message.error !== undefined) {
      slot.toldEnd = true
      slot.error = toldError(message.error)
    }
  }
  function update(): void {
    if (lifecycle.fatal !== undefined || lifecycle.stopping.aborted) return
    const state = stateOfAll(slots.map((slot) => slot.state))
    // An end is one only when the threads are gone, and an error only when it has been decided on.
    if (state === 'RUNNING' || state === 'REBALANCING') lifecycle.set(state)
  }
  async function gone(slot: Slot, code: number, error: unknown): Promise<void> {
    slot.over = true
    slot.report = NOTHING
    slot.error ??= error ?? (code === 0 ? undefined : diedWith(code))
    slot.state = slot.error === undefined ? 'NOT_RUNNING' : 'ERROR'
    const { threadIndex, replacements } = slot
    if (lifecycle.stopping.aborted || slot.state === 'NOT_RUNNING') return
    // What has stopped its worker has been answered there, by `onUncaught`.
    const isUnforeseen = isStarted && !slot.toldEnd && lifecycle.fatal === undefined
    const failure = { error: slot.error, threadIndex, replacements }
    const answer = isUnforeseen ? onThreadFailure(failure) : 'shutdown-client'
    logger.error(
      { thread: threadIndex, err: slot.error, answer },
      `thread ${threadIndex} has died: ${messageOf(slot.error)} (${answer})`,
    )
    if (answer === 'shutdown-client') return shutDown(slot.error)
    lifecycle.set('REBALANCING')
    await clock.sleep(REPLACE_AFTER_MS, lifecycle.stopping)
    if (!lifecycle.stopping.aborted && lifecycle.fatal === undefined)
      startAlone(spawn(threadIndex, replacements + 1).handle)
  }
  function shutDown(error: unknown): void {
    if (lifecycle.fatal !== undefined) return
    lifecycle.fail(error)
    lifecycle.set('PENDING_ERROR')
    void close(5_000)
  }
  async function startAll(): Promise<void> {
    lifecycle.set('REBALANCING')
    for (let index = 0; index < threads; index += 1) spawn(index)
    const handles = slots.map(({ handle }) => handle)
    await startTogether({ handles, clock, stopping: lifecycle.stopping })
    isStarted = true
  }
  async function run(): Promise<void> {
    // Each end may begin a replacement, whose end is waited for then.
    for (let seen = 0; seen < ended.length; ) {
      const all = [...ended]
      await Promise.all(all)
      seen = all.length
    }
    lifecycle.end()
  }
  async function close(timeoutMs: number): Promise<void> {
    if (slots.length === 0) {
      if (lifecycle.state === 'CREATED') lifecycle.end()
      return
    }
    if (lifecycle.fatal === undefined && lifecycle.state !== 'NOT_RUNNING') lifecycle.set('PENDING_SHUTDOWN')
    lifecycle.stop()
    for (const slot of slots) if (!slot.over) slot.handle.tell({ type: 'close', timeoutMs })
    const timer = new AbortController()
    const late = clock.sleep(timeoutMs + TERMINATE_AFTER_MS, timer.signal).then(() => true)
    if (await Promise.race([lifecycle.done.then(isEnded, isEnded), late])) {
      logger.warn({}, 'threads did not end in time: they are terminated')
      await Promise.all(slots.map(({ handle }) => handle.terminate()))
    }
    timer.abort()
  }
  const isEnded = () => false

  return {
    get state() {
      return lifecycle.state
    },
    start: async () => {
      if (lifecycle.state !== 'CREATED' || slots.length > 0)
        throw new MillraceError('CLOSED', 'the threads have been started before; make new ones')
      const starting = startAll()
      void run()
      await starting
    },
    close: (timeoutMs = 5_000) => close(timeoutMs),
    onState: lifecycle.onState,
    done: lifecycle.done,
    get ready() {
      return lifecycle.state === 'RUNNING'
    },
    get threads() {
      return slots.map(({ threadIndex, state, report: { memberId }, replacements }) => ({
        threadIndex,
        state,
        memberId,
        replacements,
      }))
    },
    metadata: (): readonly MemberMetadata[] =>
      slots.find(({ report }) => report.members.length > 0)?.report.members ?? [],
    get restoring(): readonly RestoreProgress[] {
      return slots.flatMap(({ report }) => report.restoring)
    },
    metrics: () => metrics.collect(slots.filter(({ over }) => !over).map(({ handle }) => handle)),
    pause: () => tellAll({ type: 'pause' }),
    resume: () => tellAll({ type: 'resume' }),
  }

  function tellAll(order: { readonly type: 'pause' | 'resume' }): void {
    for (const { handle, over } of slots) if (!over) handle.tell(order)
  }
}

function pathOf(module: string | URL): string {
  if (module instanceof URL || module.startsWith('file:')) return fileURLToPath(module)
  if (isAbsolute(module)) return module
  throw new MillraceError('CONFIG_INVALID', `module must be an absolute path or a file: URL, not ${module}`)
}
