import { NetworkError } from '../../net/dialer.ts'
import { networkErrorCode } from '../../net/network-error.ts'

/** RFC 9113 §7, by number. */
const names = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
]

/** The server said goodbye with an HTTP/2 error code before this exchange was over: 1611 + code, 1610 for unknown codes. */
export function goAwayError(code: number, cause?: unknown): NetworkError {
  return errorWith(networkErrorCode.http2GoAway, 'received GoAway with', code, cause)
}

/** The stream was reset: 1631 + code, 1630 for unknown codes. */
export function streamError(code: number, cause?: unknown): NetworkError {
  return errorWith(networkErrorCode.http2Stream, 'stream error with', code, cause)
}

/** The whole connection broke the protocol: 1651 + code, 1650 for unknown codes. */
export function connectionError(code: number, cause?: unknown): NetworkError {
  return errorWith(networkErrorCode.http2Connection, 'connection error with', code, cause)
}

function errorWith(base: number, what: string, code: number, cause: unknown): NetworkError {
  const name = names[code]
  const number = name === undefined ? base : base + 1 + code
  return new NetworkError(number, `http2: ${what} http2 ErrCode ${name ?? `0x${code.toString(16)}`}`, { cause })
}
