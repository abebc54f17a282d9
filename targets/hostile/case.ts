/** What a correct client makes of a case: a failed request, a success, or one of both by its own leniency. */
export type Expectation = 'failed' | 'ok' | 'either'

/** The server's end of one connection, as a case plays on it. All calls are harmless once the client has left. */
export interface Peer {
  readonly isGone: boolean
  /** Sends bytes (strings as latin1) in one write of their own. */
  send(bytes: Buffer | string): void
  /** Sends and waits until there is room for more; `false` once the client has left. */
  sendWhenRoom(bytes: Buffer | string): Promise<boolean>
  /** Waits; `false` once the client has left. */
  pause(ms: number): Promise<boolean>
  /** Closes our half (FIN). */
  finish(): void
  /** Breaks the connection (RST). */
  reset(): void
}

/** One way to answer that a client has to survive. */
export interface HostileCase {
  /** Unique, of letters, digits and dashes: also its path. */
  readonly name: string
  readonly group: string
  readonly expect: Expectation
  /** Never ends by itself (or not within a minute): the client needs a time limit. */
  readonly isEndless?: boolean
  /** What a success must show. */
  readonly status?: number
  /** The exact body of a success (latin1), after decoding. */
  readonly body?: string
  /** Answers one request. A case that neither finishes nor resets leaves the connection open for the next. */
  play(peer: Peer): void | Promise<void>
}

/** A case whose answer is fixed bytes, after which the server closes unless `stays`. */
export interface RawCase extends Omit<HostileCase, 'play' | 'group'> {
  /** A function for large ones: made when they are asked for. */
  readonly bytes: Buffer | string | (() => Buffer | string)
  readonly stays?: boolean
}

/** Fixed bytes as cases of one group. */
export function rawCases(group: string, cases: readonly RawCase[]): HostileCase[] {
  return cases.map(({ bytes, stays, ...rest }) => {
    const made = typeof bytes === 'function' ? onceMade(bytes) : () => bytes
    return {
      ...rest,
      name: `${group}-${rest.name}`,
      group,
      play: (peer) => {
        peer.send(made())
        if (stays !== true) peer.finish()
      },
    }
  })
}

/** Large answers are made at their first use and kept. */
function onceMade(make: () => Buffer | string): () => Buffer | string {
  let made: Buffer | string | undefined
  return () => (made ??= make())
}

/** A whole, right answer: the head with these header lines and a Content-Length, then the body. */
export function answer(body: Buffer | string, ...headers: readonly string[]): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : body
  return Buffer.concat([head(...headers, `Content-Length: ${bytes.length}`), bytes])
}

/** A head of status 200 with these header lines. */
export function head(...headers: readonly string[]): Buffer {
  return Buffer.from(['HTTP/1.1 200 OK', ...headers, '', ''].join('\r\n'), 'latin1')
}

/** A head that announces chunks, then these bytes as they are. */
export function chunked(...pieces: readonly string[]): Buffer {
  return Buffer.concat([head('Transfer-Encoding: chunked'), Buffer.from(pieces.join(''), 'latin1')])
}
