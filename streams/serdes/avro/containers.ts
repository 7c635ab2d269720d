/** Records and maps as plain objects. */
import { type AvscType, MapType, RecordType, type Resolver, type ResolverOptions, type Tap } from './avsc'

interface RecordInternals {
  _createConstructor(errorStack: boolean, plain: boolean): () => void
  _update(resolver: Resolver, writer: AvscType, options: ResolverOptions): void
}

const base = RecordType.prototype as unknown as RecordInternals

/** A record whose values are plain objects, made as fast as avsc's own: by a constructor, but with Object's prototype. */
export class PlainRecord extends RecordType {
  _createConstructor(errorStack: boolean): () => void {
    const construct = base._createConstructor.call(this, errorStack, true)
    construct.prototype = Object.prototype
    return construct
  }

  /** As in Java, reading does not compare the names of records; registering does. */
  _update(resolver: Resolver, writer: AvscType, options: ResolverOptions): void {
    const renamed = writer.name === this.name ? writer : Object.create(writer, { name: { value: this.name } })
    if (writer.typeName === 'record') base._update.call(this, resolver, renamed, options)
  }
}

interface MapReader {
  readonly valuesType: { _read(tap: Tap): unknown }
}

/** A map that keeps the key `__proto__`, which an assignment would drop. Its counts have been checked before. */
export class PlainMap extends MapType {
  override _read(this: MapReader, tap: Tap): unknown {
    const map: Record<string, unknown> = {}
    for (let count = tap.readLong(); count !== 0; count = tap.readLong()) {
      if (count < 0) {
        count = -count
        tap.readLong()
      }
      for (; count > 0; count--) {
        const key = tap.readString()
        const value = this.valuesType._read(tap)
        if (key === '__proto__') {
          Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true })
        } else {
          map[key] = value
        }
      }
    }
    return map
  }
}
