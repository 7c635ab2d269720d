import { messageOf, OutageError } from '../errors'
import type { GroupMember, Joined } from '../log/port'
import type { ResolvedOptions } from './options'

type JoiningOptions = Pick<ResolvedOptions, 'applicationId' | 'logger' | 'clock'>

const OUTAGE_WAIT_MS = 1_000
/** Members that were killed hold a join up until their session has run out. */
const SAID_AFTER_MS = 5_000

/** Joins; undefined where the worker is to stop, or where that is to be tried again, now that an outage has been waited for. */
export async function joinThroughOutage(
  member: GroupMember,
  { applicationId, logger, clock }: JoiningOptions,
  stopping: AbortSignal,
): Promise<Joined | undefined> {
  const joined = new AbortController()
  void clock.sleep(SAID_AFTER_MS, joined.signal).then(() => {
    if (joined.signal.aborted) return
    logger.info({ applicationId }, `${applicationId}: the group waits for members that it has not heard of for a while`)
  })
  try {
    return await joinUnlessStopped(member, stopping)
  } catch (error) {
    if (stopping.aborted) return undefined
    if (!(error instanceof OutageError)) throw error
    // The group has gone on, as it does while several members start: it answers, and waiting would only keep it waiting.
    if (error.code === 'MEMBER_FENCED') {
      logger.info({ applicationId, err: error }, `${applicationId}: ${messageOf(error)}`)
      return undefined
    }
    logger.warn({ applicationId, err: error }, `${applicationId}: cannot join the group: ${messageOf(error)}; waiting`)
    await clock.sleep(OUTAGE_WAIT_MS, stopping)
    return undefined
  } finally {
    joined.abort()
  }
}

/** The group holds a join back until all its members are there; who is to end need not wait for that. */
async function joinUnlessStopped(member: GroupMember, stopping: AbortSignal): Promise<Joined> {
  const leave = () => void member.leave()
  stopping.throwIfAborted()
  stopping.addEventListener('abort', leave, { once: true })
  try {
    return await member.join()
  } finally {
    stopping.removeEventListener('abort', leave)
  }
}

/** Lets the tasks be shared out again later, where the leader could not find out how far stores are behind. */
export interface Probe {
  /** Asks for it after so long, in place of what was asked for before; not at all where undefined. */
  after(ms: number | undefined): void
  stop(): void
}

export function createProbe(member: GroupMember, { clock }: JoiningOptions, stopping: AbortSignal): Probe {
  let waiting: AbortController | undefined
  return {
    after: (ms) => {
      waiting?.abort()
      if (ms === undefined) return
      waiting = new AbortController()
      const signal = AbortSignal.any([waiting.signal, stopping])
      void clock.sleep(ms, signal).then(() => {
        if (!signal.aborted) member.requestRejoin()
      })
    },
    stop: () => waiting?.abort(),
  }
}
