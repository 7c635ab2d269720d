/** What becomes of a worker when something fails that nothing mends: StreamsUncaughtExceptionHandler of Kafka Streams (KIP-671). */
import { FencedError, MillraceError, messageOf } from '../errors'
import type { MemberAssignment, MemberSubscription } from '../log/port'
import type { Lifecycle } from './lifecycle'
import { decodeMemberInfo, encodeInfo } from './member-info'
import type { Membership } from './membership'
import type { ResolvedOptions } from './options'

/**
 * - `replace-thread`: what failed is opened again, the one task or the whole membership, each time after a longer wait.
 * - `shutdown-client`: this worker stops with the error.
 * - `shutdown-application`: so do all members of the application.
 */
export type UncaughtResponse = 'replace-thread' | 'shutdown-client' | 'shutdown-application'

/** `taskId` is undefined for what no task was at. */
export type OnUncaught = (error: unknown, taskId: string | undefined) => UncaughtResponse

/** What is done about errors that nothing mends, by the policy. */
export interface UncaughtErrors {
  /** Whether the task is to be opened again. */
  ofTask(error: unknown, taskId: string): boolean
  /** What reads beside the tasks cannot be replaced, as in Kafka Streams the global thread cannot. */
  besideTasks(error: unknown): void
  /** Who runs the membership then replaces it, or calls `stopFor`. */
  ofMembership(error: unknown): UncaughtResponse
  /** The worker is to stop. */
  stopFor(error: unknown): void
  /** All members are to stop, and are told with the next rebalance. */
  readonly isSpreading: boolean
}

export interface UncaughtErrorsOptions {
  readonly options: ResolvedOptions
  readonly lifecycle: Pick<Lifecycle, 'fail' | 'set'>
  /** Undefined before the start. */
  readonly membership: () => Pick<Membership, 'memberId' | 'requestShutdown'> | undefined
  readonly onWake: () => void
}

export function uncaughtErrors({ options, lifecycle, membership, onWake }: UncaughtErrorsOptions): UncaughtErrors {
  /** What all members are to stop for, where it happened here. */
  let first: { readonly error: unknown } | undefined

  function stopFor(error: unknown): void {
    lifecycle.fail(first?.error ?? error)
    lifecycle.set('PENDING_ERROR')
    onWake()
  }
  function spread(error: unknown, taskId?: string): void {
    const member = membership()
    first ??= { error }
    const where = taskId === undefined ? '' : `task ${taskId} of `
    member?.requestShutdown(`${where}member ${member.memberId}: ${messageOf(error)}`)
    if (member === undefined) stopFor(error)
    else onWake()
  }

  return {
    ofTask: (error, taskId) => {
      const response = responseTo(options, error, taskId)
      if (response === 'shutdown-application') spread(error, taskId)
      else if (response === 'shutdown-client') stopFor(error)
      return response === 'replace-thread'
    },
    besideTasks: (error) => {
      if (responseTo(options, error, undefined) === 'shutdown-application') spread(error)
      else stopFor(error)
    },
    ofMembership: (error) => {
      const response = isReplaced(error) ? 'shutdown-client' : responseTo(options, error, undefined)
      if (response === 'shutdown-application') spread(error)
      return response
    },
    stopFor,
    get isSpreading() {
      return first !== undefined
    },
  }
}

/** Another has come in its place, under its static identity: to join anew would drive that one out, and it us in turn. */
function isReplaced(error: unknown): boolean {
  return error instanceof FencedError && error.details.groupInstanceId !== undefined
}

/** Asks the policy, and says in the log what it has answered. A policy that throws stops the worker. */
function responseTo(
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
