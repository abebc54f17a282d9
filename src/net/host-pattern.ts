/** A host name as all comparisons want it: lower case, no dot at the end, no brackets around IPv6. */
export function canonicalHost(host: string): string {
  const lower = host.toLowerCase()
  if (lower.startsWith('[') && lower.endsWith(']')) return lower.slice(1, -1)
  return lower.endsWith('.') && lower.length > 1 ? lower.slice(0, -1) : lower
}

/** `host`, `host:port`, `1.2.3.4:80`, `[::1]:80`, `::1`: `undefined` when the port is not one. */
export function splitHostPort(text: string): { readonly host: string; readonly port: number | undefined } | undefined {
  const match = /^\[([^\]]*)\](?::(\d+))?$/.exec(text) ?? /^([^:]*)(?::(\d+))?$/.exec(text)
  if (!match)
    return text.includes('::') || text.split(':').length === 8 ? { host: canonicalHost(text), port: undefined } : undefined
  const host = canonicalHost(match[1] ?? '')
  if (match[2] === undefined) return { host, port: undefined }
  const port = Number(match[2])
  return port >= 1 && port <= 65_535 ? { host, port } : undefined
}

/**
 * A table keyed by host patterns: a name stands for itself, `*.example.com` for every name below example.com, `*` for all.
 * Exact names win over wildcards, longer wildcards over shorter ones.
 */
export class HostTable<Value> {
  readonly #exact = new Map<string, Value>()
  readonly #wild: { readonly suffix: string; readonly value: Value }[] = []

  /** Adds a pattern; `false` when it is none (empty, or `*` not at the start). The first of two equal patterns stays. */
  add(pattern: string, value: Value): boolean {
    const name = canonicalHost(pattern.trim())
    if (name === '' || name.indexOf('*', 1) !== -1 || /[\s/]/.test(name)) return false
    if (name.startsWith('*')) {
      this.#wild.push({ suffix: name.slice(1), value })
      this.#wild.sort((left, right) => right.suffix.length - left.suffix.length)
    } else if (!this.#exact.has(name)) {
      this.#exact.set(name, value)
    }
    return true
  }

  get isEmpty(): boolean {
    return this.#exact.size === 0 && this.#wild.length === 0
  }

  /** `host` must be canonical. */
  find(host: string): Value | undefined {
    const exact = this.#exact.get(host)
    if (exact !== undefined) return exact
    for (const { suffix, value } of this.#wild) {
      if (suffix === '' || (host.length > suffix.length && host.endsWith(suffix))) return value
    }
    return undefined
  }
}
