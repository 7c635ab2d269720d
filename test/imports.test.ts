import { join } from 'node:path'
import { importsIn, importsOf, sourceFiles } from './imports/scan'
import { verdict } from './imports/verdict'

const root = join(__dirname, '..')

describe('imports point one way', () => {
  const files = sourceFiles(root)

  test('the scan finds the sources of both', () => {
    expect(files).toEqual(
      expect.arrayContaining(['main.ts', 'topology/orders.ts', 'streams/index.ts', 'streams/dsl/stream.ts']),
    )
  })

  test('no import breaks the table in imports/rules.ts', () => {
    const broken = files.flatMap((file) => importsOf(root, file).flatMap((one) => verdict(one) ?? []))
    expect(broken).toEqual([])
  })
})

describe('the scan', () => {
  test('finds every form of import, and nothing in texts and comments', () => {
    const text = `
import a from './a'
import type { B } from "./b"
export * from './c'
export { d } from './d'
// import e from './no'
const f: import('./f').F = await import('./g')
const h = require('./h'), template = \`from './no'\`
import i = require('./i')
`
    expect(importsIn('x.ts', text).map(({ specifier, line }) => `${line} ${specifier}`)).toEqual([
      '2 ./a',
      '3 ./b',
      '4 ./c',
      '5 ./d',
      '7 ./f',
      '7 ./g',
      '8 ./h',
      '9 ./i',
    ])
  })
})

describe('the table', () => {
  test.each([
    ['streams/serdes/json.ts', '../graph/node', 'streams/serdes may import'],
    ['streams/graph/node.ts', '../dsl/stream', 'streams/graph may import'],
    ['streams/testing/driver.ts', '../worker/worker', 'not streams/worker'],
    ['streams/log/embedded/log.ts', 'kafkajs', 'only streams/log/kafkajs knows'],
    ['streams/registry/remote.ts', 'kafkajs/src/cluster', 'only streams/log/kafkajs knows'],
    ['streams/worker/worker.ts', '../../schemas/topics', 'nothing of the application'],
    ['streams/worker/worker.ts', 'millrace', 'by relative paths'],
    ['streams/attic/old.ts', '../errors', 'is no room'],
    ['topology/orders.ts', '../streams/index', "by its package name only, 'millrace'"],
    ['topology/orders.ts', 'millrace/testing', 'its tests also'],
    ['topology/orders.ts', 'millrace/dsl/stream', "as 'millrace'"],
    ['processors/order.ts', '../topology/orders', 'processors may import schemas, state, not topology'],
    ['processors/order.ts', '../main', 'not main'],
  ])('%s may not import %s', (file, specifier, rule) => {
    const found = verdict({ file, specifier, line: 3 })
    expect(found).toContain(`${file}:3 imports ${specifier}: `)
    expect(found).toContain(rule)
  })

  test.each([
    ['streams/log/kafkajs/inner.ts', 'kafkajs/src/cluster'],
    ['streams/registry/remote.ts', '@kafkajs/confluent-schema-registry'],
    ['streams/dsl/stream.ts', '../topics'],
    ['streams/operators/decide.test.ts', '../testing/driver'],
    ['streams/log/kafkajs/log.kafka.test.ts', '../../../test/kafka/suite'],
    ['topology/orders.ts', 'millrace'],
    ['api/server.ts', '../readmodel/port'],
    ['main.ts', './topology/orders'],
    ['test/flow.test.ts', 'millrace/testing'],
  ])('%s may import %s', (file, specifier) => {
    expect(verdict({ file, specifier, line: 1 })).toBeUndefined()
  })
})
