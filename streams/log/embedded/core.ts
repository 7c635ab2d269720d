import type { Clock } from '../../clock'
import type { Logger } from '../../logger'
import type { LogAdmin } from '../port'
import type { CompressionType } from '../records'
import { openAdmin } from './admin'
import { type Decisions, openDecisions } from './decisions'
import { type Groups, groupCoordinator } from './groups'
import { type Maintenance, maintenance } from './maintenance'
import type { Storage } from './storage'
import { openTopics, type Topics } from './topics'
import { type TransactionCoordinator, transactionCoordinator } from './transactional'

export interface CoreOptions {
  readonly storage: Storage
  readonly clock: Clock
  readonly logger: Logger
  /** How what is written through this log is packed. Default `none`. */
  readonly compression?: CompressionType
  newId(): string
}

/** The parts of an open log. */
export interface Core extends CoreOptions {
  readonly topics: Topics
  readonly decisions: Decisions
  readonly groups: Groups
  readonly transactions: TransactionCoordinator
  readonly admin: LogAdmin
  readonly maintenance: Maintenance
}

/**
 * Opens what the storage holds and settles what a crash left open: transactions with a decision are committed, all others
 * aborted, since none of their producers is alive. @throws MillraceError LOG_CORRUPT
 */
export function openCore(options: CoreOptions): Core {
  const { storage, clock, logger, compression = 'none', newId } = options
  const cleaning = maintenance({ topics: () => topics, storage, clock, logger })
  const topics = openTopics({ storage, clock, logger, compression, onRoll: cleaning.nudge })
  const decisions = openDecisions({ storage, logger, topics })
  abortUndecided(topics, logger)
  const groups = groupCoordinator({ clock, newId, commit: decisions.setOffsets })
  const transactions = transactionCoordinator({ topics, decisions, clock, assertCurrent: groups.assertCurrent })
  const admin = openAdmin({ topics, decisions, groups })
  return { ...options, topics, decisions, groups, transactions, admin, maintenance: cleaning }
}

function abortUndecided(topics: Topics, logger: Logger): void {
  for (const log of topics.partitions()) {
    for (const open of [...log.transactions.open.values()]) {
      const { topic, partition } = log
      logger.info({ topic, partition, ...open }, 'aborted a transaction that the process before left open')
      log.settle(open, 'abort')
    }
  }
}
