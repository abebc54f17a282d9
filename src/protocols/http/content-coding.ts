/** Encodes a request body with one or several codings, applied in order: `gzip`, `deflate`, `br`, `zstd`, `identity`. Throws `UserError` HTTP_COMPRESSION_UNKNOWN. */
export function encodeBody(bytes: Uint8Array, codings: string): Uint8Array | Promise<Uint8Array> {
  throw new Error(`not written yet ${bytes.length} ${codings}`)
}

/**
 * Undoes the value of Content-Encoding (codings in the order in which they were applied). Small bodies are decoded at once,
 * large ones off the main thread. Throws or rejects with `NetworkError` 1701 on corrupt data, an unknown coding, or more than
 * `maxBytes` (256 MB by default) of output.
 */
export function decodeBody(
  bytes: Uint8Array,
  codings: string,
  options: { readonly maxBytes?: number } = {},
): Uint8Array | Promise<Uint8Array> {
  throw new Error(`not written yet ${bytes.length} ${codings} ${String(options.maxBytes)}`)
}

/** Does a Content-Encoding value ask for any work? `identity` and the empty string do not. */
export function isEncoded(codings: string): boolean {
  throw new Error(`not written yet ${codings}`)
}
