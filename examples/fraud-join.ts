/** Raises an alert when a card pays in one country and draws cash in another within ten minutes. */
import { joinStores, json, stream, string, topic, topology, within } from 'millrace'

export interface CardUse {
  readonly country: string
  readonly amount: number
}

export interface Alert {
  readonly card: string
  readonly paidIn: string
  readonly drawnIn: string
}

/** Both are keyed by the number of the card, and so are their partitions. */
export const payments = topic('payments', { key: string, value: json<CardUse>(), partitions: 3 })
export const withdrawals = topic('withdrawals', { key: string, value: json<CardUse>(), partitions: 3 })
export const alerts = topic('alerts', { key: string, value: json<Alert>(), partitions: 3 })

const tenMinutes = within({ minutes: 10, grace: { minutes: 1 } })
const recent = joinStores('recent-uses', { key: string, left: json<CardUse>(), right: json<CardUse>() })

const usedTwice = stream(payments).join(
  stream(withdrawals),
  (payment, withdrawal, card): Alert => ({ card, paidIn: payment.country, drawnIn: withdrawal.country }),
  tenMinutes,
  recent,
)

const abroad = usedTwice.filter(({ paidIn, drawnIn }) => paidIn !== drawnIn)

export const fraudJoin = topology('fraud-join', [abroad.to(alerts)])
