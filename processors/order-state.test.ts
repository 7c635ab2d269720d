import type { OrderState } from '../state/order'
import { orderOf } from './order-state'

const before = {
  orderId: 'o-1',
  customerId: 'ann',
  restaurantId: 'r-1',
  totalAmount: '1.00',
  items: [],
  status: 'created',
  version: 1,
  paymentId: null,
  reason: null,
  createdAt: 1,
  updatedAt: 1,
} as const

test('an order that was remembered before it could have an address has none', () => {
  const state = { ...before, paidAmount: null, refunds: [] } as unknown as OrderState
  expect(orderOf(state)).toEqual({ ...before, deliveryAddress: null })
  expect(orderOf(null)).toBeNull()
})
