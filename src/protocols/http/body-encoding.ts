import type { HttpBody } from './types.ts'

/** A request body ready to be sent: `bytes`, or else `stream` (chunked when `length` is undefined). Both undefined is no body. */
export interface EncodedBody {
  readonly bytes: Uint8Array | undefined
  readonly stream: AsyncIterable<Uint8Array> | undefined
  readonly length: number | undefined
  /** What the body says of itself; `undefined` leaves Content-Type to the script. */
  readonly contentType: string | undefined
}

/** Turns what a script gave into bytes. Throws `UserError` HTTP_BODY_INVALID for anything that is not an `HttpBody`. `boundary` is drawn at random by default. */
export function encodeRequestBody(body: HttpBody | undefined, boundary?: () => string): EncodedBody {
  throw new Error(`not written yet ${typeof body} ${typeof boundary}`)
}
