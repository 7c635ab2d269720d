/** Numbers written as text, as Java's `Double.parseDouble` reads them: Avro's parser takes them as defaults. */
const decimal = /^([+-]?)(?:(NaN|Infinity)|((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[fFdD]?)$/
const hexadecimal = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)[fFdD]?$/

/** Undefined where the text is no number. */
export function parseDouble(text: string): number | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Java trims whatever is not above the blank.
  const trimmed = text.replace(/^[\u0000- ]+|[\u0000- ]+$/g, '')
  const [, sign, word, digits] = decimal.exec(trimmed) ?? []
  if (sign !== undefined) return (sign === '-' ? -1 : 1) * Number(word ?? digits)
  const [, minus, whole = '', fraction = '', exponent] = hexadecimal.exec(trimmed) ?? []
  if (whole + fraction === '') return undefined
  const mantissa = Number(BigInt(`0x${whole}${fraction}`))
  return (minus === '-' ? -1 : 1) * mantissa * 2 ** (Number(exponent) - 4 * fraction.length)
}
