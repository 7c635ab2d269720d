import { messageOf, TerminalError } from '../../../errors'

/** Gives what `load` gives, loaded at the first call. @throws TerminalError CONFIG_INVALID, which names the package */
export function lazily<T>(packageName: string, load: () => T): { readonly get: () => T; readonly isLoaded: boolean } {
  let loaded: { readonly value: T } | undefined
  return {
    get() {
      loaded ??= { value: attempt(packageName, load) }
      return loaded.value
    },
    get isLoaded() {
      return loaded !== undefined
    },
  }
}

function attempt<T>(packageName: string, load: () => T): T {
  try {
    return load()
  } catch (error) {
    const message = `the package ${packageName}, which a compressed batch needs, does not load: ${messageOf(error)}`
    throw new TerminalError('CONFIG_INVALID', message, { cause: error, details: { package: packageName } })
  }
}

/** @throws Error */
export function assertWithin(bytes: number, maxBytes: number): void {
  if (bytes > maxBytes) throw new Error(`it may unpack to ${bytes} bytes, more than the ${maxBytes} that are allowed`)
}

/** A view, whatever kind of array a codec gives. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
