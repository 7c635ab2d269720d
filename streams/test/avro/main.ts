/** `npm run avro-conformance`: every vector of AVRO_VECTORS (default: our own copy) through our schema tooling and codec. */
import { parseArgs } from 'node:util'
import { messageOf } from '../../errors'
import { checkVectors, type KindReport } from './check'
import { readVectors, vectorDirectory } from './vectors'

const help = `npm run avro-conformance [-- --json] [-- --differences <n>]

Compares our schema parser, compatibility checker and codec with Apache Avro's Java library, on the vectors of the directory
in AVRO_VECTORS (default: the project's own copy). Exits with 0 when all agree, with 1 when not.

  --json             one JSON document: {passed, failed, kinds: [{kind, vectors, passed, differences: [{id, difference}]}]}
  --differences <n>  how many differences of a kind are printed (default 10)
  --help             this text`

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    differences: { type: 'string', default: '10' },
    help: { type: 'boolean', default: false },
  },
})

function main(): number {
  if (values.help) {
    console.log(help)
    return 0
  }
  const kinds = checkVectors(readVectors(vectorDirectory()))
  const passed = kinds.reduce((sum, kind) => sum + kind.passed, 0)
  const failed = kinds.reduce((sum, kind) => sum + kind.differences.length, 0)
  if (values.json) console.log(JSON.stringify({ passed, failed, kinds }, null, 2))
  else console.log([...kinds.map(lines), `${passed} passed, ${failed} failed`].join('\n'))
  return failed === 0 ? 0 : 1
}

function lines({ kind, vectors, passed, differences }: KindReport): string {
  const shown = differences.slice(0, Number(values.differences))
  const more = differences.length - shown.length
  return [
    `${differences.length === 0 ? 'ok  ' : 'FAIL'}  ${kind.padEnd(13)} ${passed} of ${vectors}`,
    ...shown.map(({ id, difference }) => `        ${id}: ${difference}`),
    ...(more > 0 ? [`        and ${more} more`] : []),
  ].join('\n')
}

try {
  process.exitCode = main()
} catch (error) {
  console.error(messageOf(error))
  process.exitCode = 1
}
