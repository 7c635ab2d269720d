/** What becomes of a worker when something fails that nothing mends: StreamsUncaughtExceptionHandler of Kafka Streams (KIP-671). */
import { MillraceError, messageOf } from '../errors'
import type { MemberAssignment, MemberSubscription } from '../log/port'
import { decodeMemberInfo, encodeInfo } from './member-info'
import type { ResolvedOptions } from './options'

/**
 * - `replace-thread`: what failed is opened again, the one task or the whole membership, each time after a longer wait.
 * - `shutdown-client`: this worker stops with the error.
 * - `shutdown-application`: so do all members of the application.
 */
export type UncaughtResponse = 'replace-thread' | 'shutdown-client' | 'shutdown-application'

/** `taskId` is undefined for what no task was at. */
export type OnUncaught = (error: unknown, taskId: string | undefined) => UncaughtResponse

/** Asks the policy, and says in the log what it has answered. A policy that throws stops the worker. */
export function responseTo(
  { applicationId, onUncaught, logger }: ResolvedOptions,
  error: unknown,
  taskId: string | undefined,
): UncaughtResponse {
  const where = taskId === undefined ? applicationId : `task ${taskId}`
  try {
    const response = onUncaught(error, taskId)
    logger.error({ applicationId, task: taskId, response, err: error }, `${where}: ${messageOf(error)} (${response})`)
    return response
  } catch (thrown) {
    logger.error({ applicationId, err: thrown }, `onUncaught threw: ${messageOf(thrown)} (shutdown-client)`)
    return 'shutdown-client'
  }
}

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 60_000

/** Before the first try again, the second, …, ms. */
export function replaceAfterMs(failures: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures, 10))
}

/** What a member asks all others to stop for, where one does. */
export function shutdownAsked(members: readonly MemberSubscription[]): string | undefined {
  return members.flatMap(({ userData }) => decodeMemberInfo(userData).shutdown ?? [])[0]
}

/** Tells every member to stop, and gives none a task (AssignorError.SHUTDOWN_REQUESTED of Kafka Streams). */
export function shutdownAll(
  members: readonly MemberSubscription[],
  shutdown: string,
): ReadonlyMap<string, MemberAssignment> {
  const none = { active: [], standby: [], warmup: [], nearby: [], members: [] }
  return new Map(
    members.map(({ memberId }) => [
      memberId,
      { partitions: [], userData: encodeInfo({ ...none, memberId, shutdown }) },
    ]),
  )
}

/** Why a member stops that did nothing wrong itself. */
export function shutdownRequested(applicationId: string, reason: string): MillraceError {
  return new MillraceError('SHUTDOWN_REQUESTED', `all of ${applicationId} is to stop: ${reason}`, {
    details: { applicationId, reason },
  })
}
