import { type Clock, elapsed } from '../../clock'
import { OutageError } from '../../errors'
import { kafkaName } from './errors'
import { within } from './within'

export interface HeartbeatOptions {
  readonly clock: Clock
  readonly intervalMs: number
  readonly sessionTimeoutMs: number
  /** Whether a request that the group holds back keeps the member alive: then it must not, and could not, beat. */
  held(): boolean
  /** Sends one heartbeat, again and again through a loss of the coordinator, for at most so long. */
  beat(deadlineMs: number): Promise<unknown>
  onRebalance(): void
  /** The group has gone on without the member, or does not answer for so long that it must have. */
  onLost(error: unknown): void
}

export interface Heartbeat {
  /** After an answer of the group: beats from now on, where it does not already. */
  start(): void
  /**
   * No answer for longer than the session lasts: the group may have gone on without the member, also where no timer has
   * run that would have said so, as right after the process stood still.
   */
  readonly expired: boolean
  stop(): void
}

/**
 * Members of one application start together, but whoever joins first gets everything, and hears of the others by its next
 * heartbeat. So the first ones after a join come soon, each after twice the time of the one before.
 */
const SOON_MS = 100

export function createHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { clock, intervalMs, sessionTimeoutMs, held } = options
  let running: AbortController | undefined
  let lastAnswer = 0
  /** The same by the wall clock, which goes on while the machine sleeps. */
  let lastAnswerAt = 0
  let soon = SOON_MS
  const answered = () => {
    lastAnswer = elapsed(clock)
    lastAnswerAt = clock.now()
  }

  async function run(stop: AbortSignal): Promise<void> {
    answered()
    for (;;) {
      await clock.sleep(Math.min(intervalMs, soon), stop)
      soon *= 2
      if (stop.aborted) return
      if (!held()) {
        const failure = await beatUntil(lastAnswer + sessionTimeoutMs)
        if (stop.aborted) return
        // While a join is under way it finds out by itself, and with its own answer.
        if (failure !== undefined && !held() && heed(failure.error) === 'lost') return
      }
      answered()
    }
  }
  async function beatUntil(deadline: number): Promise<{ readonly error: unknown } | undefined> {
    const leftMs = Math.max(0, deadline - elapsed(clock))
    const late = () => new OutageError('LOG_UNAVAILABLE', `no answer to a heartbeat for ${sessionTimeoutMs} ms`)
    return within(clock, leftMs, options.beat(leftMs), late).then(
      () => undefined,
      (error: unknown) => ({ error }),
    )
  }
  function heed(error: unknown): 'lost' | 'alive' {
    if (kafkaName(error) === 'REBALANCE_IN_PROGRESS') {
      options.onRebalance()
      return 'alive'
    }
    running = undefined
    options.onLost(error)
    return 'lost'
  }
  return {
    start() {
      answered()
      soon = SOON_MS
      if (running !== undefined) return
      running = new AbortController()
      void run(running.signal)
    },
    get expired() {
      const silentMs = Math.max(elapsed(clock) - lastAnswer, clock.now() - lastAnswerAt)
      return running !== undefined && !held() && silentMs > sessionTimeoutMs
    },
    stop() {
      running?.abort()
      running = undefined
    },
  }
}
