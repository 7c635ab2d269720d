/** Writes to the log in a directory until it is killed, and says on stdout what was acknowledged. */
import { writeSync } from 'node:fs'
import { openEmbeddedLog } from '../../log/embedded'
import { recordsBuffer } from '../../log/records'
import { groupId, isAborted, keys, planOf, textOf, topics } from './plan'

async function main(directory: string): Promise<void> {
  const log = await openEmbeddedLog(directory)
  const { ledger, plain, latest } = topics
  await log.admin.createTopics(Object.values(topics))
  const [next] = await log.admin.committedOffsets(groupId, [{ topic: ledger.name, partition: 0 }])
  const transactional = await log.transactionalProducer({ transactionalId: 'writer', timeoutMs: 60_000 })
  const producer = await log.producer({ clientId: 'writer' })

  for (let number = next?.offset ?? 0; ; number++) {
    const batches = [...planOf(number)].map(([partition, count]) => {
      return { topic: ledger.name, partition, records: records(number, count) }
    })
    await transactional.send(batches.slice(0, 1))
    await transactional.send(batches.slice(1))
    if (isAborted(number)) {
      await transactional.abort()
    } else {
      const offsets = [{ topic: ledger.name, partition: 0, offset: number + 1 }]
      await transactional.commit(offsets, { groupId, memberId: '', generation: -1 })
      writeSync(1, `transaction ${number}\n`)
    }
    await producer.send([
      { topic: plain.name, partition: number % plain.partitions, records: records(number, 1) },
      { topic: latest.name, partition: 0, records: records(number, 1) },
    ])
    writeSync(1, `plain ${number}\n`)
    // Lets the compaction have its turn.
    if (number % 20 === 0) await log.maintain()
  }
}

function records(number: number, count: number) {
  const buffer = recordsBuffer()
  for (let index = 0; index < count; index++) {
    buffer.append(Buffer.from(`${number % keys}`), textOf(number), number, [])
  }
  return buffer
}

main(process.argv[2]!).catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
