import { brokers, outage } from './brokers'
import { changelog } from './changelog'
import { churn } from './churn'
import { clock } from './clock'
import { cutoff } from './cutoff'
import { deadLetters } from './dead-letters'
import { disk } from './disk'
import type { Fault } from './fault'
import { kill } from './kill'
import { locked } from './locked'
import { poison } from './poison'
import { embeddedReadModel, readModel } from './read-model'
import { registry } from './registry'
import { reply } from './reply'
import { restore } from './restore'
import { sigterm } from './sigterm'
import { state } from './state'
import { zombie } from './zombie'

/** By number; those that need several brokers are run last. */
export const faults: readonly Fault[] = [
  kill,
  zombie,
  reply,
  brokers,
  outage,
  cutoff,
  churn,
  state,
  disk,
  locked,
  restore,
  changelog,
  registry,
  poison,
  deadLetters,
  sigterm,
  readModel,
  embeddedReadModel,
  clock,
]
