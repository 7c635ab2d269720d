import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from './protocol/membership'

const { MemberMetadata, MemberAssignment } = require('kafkajs/src/consumer/assignerProtocol')

const userData = Buffer.from([1, 2, 3])
const partitions = [
  { topic: 'orders', partition: 0 },
  { topic: 'payments', partition: 7 },
  { topic: 'orders', partition: 3 },
]

test('a subscription comes back, and other clients can read it', () => {
  const bytes = encodeSubscription(['orders', 'payments'], userData, 4)
  expect(decodeSubscription('m', bytes)).toEqual({ memberId: 'm', topics: ['orders', 'payments'], userData })
  expect(MemberMetadata.decode(bytes)).toEqual({ version: 2, topics: ['orders', 'payments'], userData })
})

test('a subscription of an older version is understood', () => {
  const bytes = MemberMetadata.encode({ version: 0, topics: ['orders'], userData })
  expect(decodeSubscription('m', bytes)).toEqual({ memberId: 'm', topics: ['orders'], userData })
})

test('a wish to rebalance changes the bytes, and nothing else does', () => {
  const of = (wish: number) => encodeSubscription(['orders'], userData, wish)
  expect(of(1)).not.toEqual(of(0))
  expect(of(1)).toEqual(of(1))
  expect(decodeSubscription('m', of(1))).toEqual(decodeSubscription('m', of(0)))
})

test('an assignment comes back, and other clients can read it', () => {
  const bytes = encodeAssignment({ partitions, userData })
  const decoded = decodeAssignment(bytes)
  expect(decoded.userData).toEqual(userData)
  expect(decoded.partitions).toHaveLength(3)
  expect(decoded.partitions).toEqual(expect.arrayContaining(partitions))
  const assignment = { orders: [0, 3], payments: [7] }
  expect(MemberAssignment.decode(bytes)).toEqual({ version: 0, assignment, userData })
})

test('an empty assignment is no partitions', () => {
  const nothing = { partitions: [], userData: Buffer.alloc(0) }
  expect(decodeAssignment(Buffer.alloc(0))).toEqual(nothing)
  expect(decodeAssignment(encodeAssignment(nothing))).toEqual(nothing)
})
