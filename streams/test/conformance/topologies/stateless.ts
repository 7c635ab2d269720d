import { stream } from '../../../dsl/stream'
import { failFast } from '../../../graph/policy'
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

  'split-branch': () => {
    const input = longs('in')
    const neg = longs('neg')
    const zero = longs('zero')
    const other = longs('other')
    const big = longs('big')
    const medium = longs('medium')
    const numbers = stream(input)
    const one = numbers.split(
      { neg: (value) => value !== null && value < 0, zero: (value) => value !== null && value === 0 },
      'other',
    )
    const two = numbers.split({
      big: (value) => value !== null && value > 50,
      medium: (value) => value !== null && value > 20,
    })
    return {
      topology: topology('split-branch', [
        one.neg.to(neg),
        one.zero.to(zero),
        one.other.to(other),
        two.big.to(big),
        two.medium.to(medium),
      ]),
      topics: topics(input, neg, zero, other, big, medium),
    }
  },

  'merge-select-key': () => {
    const a = texts('in-a')
    const b = texts('in-b')
    const output = texts('out')
    const byFirst = stream(a)
      .merge(stream(b))
      .selectKey((value) => (value === null ? null : value.slice(0, 1)))
    return { topology: topology('merge-select-key', [byFirst.to(output)]), topics: topics(a, b, output) }
  },

  'dynamic-routing': () => {
    const input = longs('in')
    const even = longs('route-even')
    const odd = longs('route-odd')
    const none = longs('route-none')
    const routed = stream(input).to({ even, odd, none }, (value) =>
      value === null ? 'none' : value % 2 === 0 ? 'even' : 'odd',
    )
    return { topology: topology('dynamic-routing', [routed]), topics: topics(input, even, odd, none) }
  },

  'processing-continue': () => {
    const input = longs('in')
    const before = longs('before')
    const output = longs('out')
    const after = longs('after')
    const numbers = stream(input)
    const divided = numbers.mapValues((value) => {
      if (value === null || value % 5 === 0) throw new Error(`cannot divide by ${value}`)
      return Math.trunc(100 / value)
    })
    return {
      topology: topology('processing-continue', [numbers.to(before), divided.to(output), numbers.to(after)]),
      topics: topics(input, before, output, after),
      onError: { ...failFast, processing: 'continue' },
    }
  },
}
