/**
 * Bytes that need not be text as text. What is no UTF-8 is replaced; Node and Java do not replace it by the same number of
 * marks (an encoded surrogate is three for Node and one for Java), and a promotion has to give what Java gives.
 */
const mark = '\ufffd'

/** As Java's `new String(bytes, UTF_8)` (JDK 17). */
export function textOfBytes(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  return text.includes(mark) ? replaced(bytes) : text
}

function replaced(bytes: Buffer): string {
  const parts: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const { text, size } = next(bytes, at)
    parts.push(text)
    at += size
  }
  return parts.join('')
}

interface Piece {
  readonly text: string
  /** Bytes it takes. */
  readonly size: number
}

const replacedBy = (size: number): Piece => ({ text: mark, size })

function next(bytes: Buffer, at: number): Piece {
  const first = bytes[at]!
  if (first < 0x80) return { text: String.fromCharCode(first), size: 1 }
  if (first >= 0xc2 && first < 0xe0) return nextOfTwo(bytes, at)
  if (first >= 0xe0 && first < 0xf0) return nextOfThree(bytes, at)
  return first >= 0xf0 && first < 0xf8 ? nextOfFour(bytes, at) : replacedBy(1)
}

function continues(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80
}

function nextOfTwo(bytes: Buffer, at: number): Piece {
  return continues(bytes[at + 1]) ? { text: bytes.toString('utf8', at, at + 2), size: 2 } : replacedBy(1)
}

function nextOfThree(bytes: Buffer, at: number): Piece {
  const [first, second] = [bytes[at]!, bytes[at + 1]]
  if (second === undefined) return replacedBy(1)
  if (!continues(second) || (first === 0xe0 && second < 0xa0)) return replacedBy(1)
  if (!continues(bytes[at + 2])) return replacedBy(2)
  const isSurrogate = first === 0xed && second >= 0xa0
  return isSurrogate ? replacedBy(3) : { text: bytes.toString('utf8', at, at + 3), size: 3 }
}

function nextOfFour(bytes: Buffer, at: number): Piece {
  const [first, second] = [bytes[at]!, bytes[at + 1]]
  if (first > 0xf4 || !continues(second)) return replacedBy(1)
  if ((first === 0xf0 && second! < 0x90) || (first === 0xf4 && second! > 0x8f)) return replacedBy(1)
  if (!continues(bytes[at + 2])) return replacedBy(2)
  return continues(bytes[at + 3]) ? { text: bytes.toString('utf8', at, at + 4), size: 4 } : replacedBy(3)
}
