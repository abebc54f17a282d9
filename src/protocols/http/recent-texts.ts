const slotCount = 4096

/**
 * Tells texts that come again from texts that come once, in constant memory: what is seen for the second time is worth
 * keeping. May err in both directions (two texts of one hash, a slot taken over), so only caches may rely on it.
 */
export class RecentTexts {
  readonly #hashes = new Int32Array(slotCount)

  /** Notes the text; was it noted before, as far as we remember? */
  isRepeated(text: string): boolean {
    let hash = text.length | 1
    for (let index = 0; index < text.length; index++) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0
    const slot = (hash ^ (hash >>> 12)) & (slotCount - 1)
    if (this.#hashes[slot] === hash) return true
    this.#hashes[slot] = hash
    return false
  }
}
