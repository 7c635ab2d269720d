import { brokers, outage } from './brokers'
import { churn } from './churn'
import type { Fault } from './fault'
import { kill } from './kill'
import { sigterm } from './sigterm'
import { state } from './state'
import { zombie } from './zombie'

/** In the order in which they are run. */
export const faults: readonly Fault[] = [kill, zombie, churn, state, sigterm, brokers, outage]
