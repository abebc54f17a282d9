export interface RedirectHop {
  readonly status: number
  readonly method: string
  /** URL of the request that was answered. */
  readonly url: URL
  /** Value of the Location header. */
  readonly location: string | undefined
  /** Names of the request's own headers, any case. */
  readonly headers: readonly string[]
}

export type Redirect =
  | {
      readonly type: 'follow'
      readonly url: URL
      readonly method: string
      /** False: send no body and leave out Content-* headers of the request. */
      readonly keepsBody: boolean
      /** Names (as given) of headers that must not travel on: credentials across hosts, Content-* when the body is dropped. */
      readonly droppedHeaders: readonly string[]
      /** The host changed: credentials given as `auth` must not travel either. */
      readonly isForeign: boolean
    }
  /** A Location that cannot be followed; `message` says why. */
  | { readonly type: 'broken'; readonly message: string }

/** Where a response sends us next; `undefined` when it is not a redirect (other status, or no Location). */
export function redirectOf(hop: RedirectHop): Redirect | undefined {
  throw new Error(`not written yet ${hop.status}`)
}
