import { stream } from '../../../dsl/stream'
import { topology } from '../../../graph/topology'
import { type Scenarios, topics } from '../scenario'
import { longs, texts } from '../topics'

export const scenarios: Scenarios = {
  'filter-map': () => {
    const input = longs('in')
    const output = texts('out')
    const named = stream(input)
      .filter((value) => value !== null && value % 2 === 0)
      .filterNot((_, key) => key === 'b')
      .mapValues((value, key) => `${key}=${value}`)
      .map((value, key) => [`m-${key}`, value] as const)
    return { topology: topology('filter-map', [named.to(output)]), topics: topics(input, output) }
  },

  'flat-map': () => {
    const input = texts('in')
    const words = texts('words')
    const positions = longs('positions')
    const split = (value: string | null) => (value === null || value === '' ? [] : value.split(' '))
    const lines = stream(input)
    return {
      topology: topology('flat-map', [
        lines.flatMapValues(split).to(words),
        lines.flatMap((value) => split(value).map((word, index) => [word, index] as const)).to(positions),
      ]),
      topics: topics(input, words, positions),
    }
  },
}
