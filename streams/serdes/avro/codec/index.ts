export { avroCodec } from './codec'
export { defaultLimits } from './limits'
export type { AvroCodec, AvroDecode, CodecOptions, DecodeLimits } from './port'
export { newSink, reserve, type Sink, take } from './sink'
