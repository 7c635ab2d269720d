import { connect } from 'node:net'
import { kafkaSuite } from './suite'

kafkaSuite('the Kafka of this run', (kafka) => {
  test('answers at each of its addresses', async () => {
    expect(kafka().brokers.length).toBeGreaterThan(0)
    for (const address of kafka().brokers) await expect(connects(address)).resolves.toBe(true)
  })
})

function connects(address: string): Promise<boolean> {
  const colon = address.lastIndexOf(':')
  return new Promise((resolve) => {
    const socket = connect({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)) })
    const end = (connected: boolean) => {
      socket.destroy()
      resolve(connected)
    }
    socket.once('connect', () => end(true)).once('error', () => end(false))
  })
}
