/** Records a second through the test driver: a topology of three operators, each record with its commit. */
import { json, stream, string, topic, topology } from 'millrace'
import { testDriver } from 'millrace/testing'

interface Reading {
  readonly sensor: string
  readonly celsius: number
}

const readings = topic('readings', { key: string, value: json<Reading>() })
const warm = topic('warm', { key: string, value: json<number>() })

const flow = topology('three-operators', [
  stream(readings)
    .filter(({ celsius }) => celsius >= 0)
    .mapValues(({ celsius }) => celsius * 1.8 + 32)
    .selectKey((fahrenheit) => `f-${Math.round(fahrenheit / 10)}`)
    .to(warm),
])

export function measureDriver(records = 300_000): number {
  run(50_000)
  return run(records)
}

function run(records: number): number {
  const driver = testDriver(flow)
  const input = driver.input(readings)
  const began = performance.now()
  for (let record = 0; record < records; record++) {
    input.pipe(`s-${record % 100}`, { sensor: 'a', celsius: record % 40 }, { timestamp: record })
  }
  const seconds = (performance.now() - began) / 1000
  const out = driver.output(warm).readKeyValues()
  if (out.length !== records) throw new Error(`the driver put out ${out.length} records, not ${records}`)
  return records / seconds
}
