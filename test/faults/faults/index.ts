import { churn } from './churn'
import type { Fault } from './fault'
import { kill } from './kill'
import { zombie } from './zombie'

export const faults: readonly Fault[] = [kill, zombie, churn]
