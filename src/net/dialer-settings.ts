/** The network part of a plan (structurally plan's `NetworkPlan`). */
export interface DialerSettings {
  /** `host[:port]` or `*.wild` to `ip[:port]`. */
  readonly hosts: Readonly<Record<string, string>>
  readonly blockHostnames: readonly string[]
  /** CIDR list. */
  readonly blacklistIps: readonly string[]
  /** Allow-list of names, `*.wild`, addresses or CIDR, each with an optional port; `undefined` allows all. */
  readonly targets: readonly string[] | undefined
  readonly dns: DnsSettings
  readonly tls: TlsSettings
  readonly proxy: ProxySettings
}

export interface DnsSettings {
  /** 0 looks up for each connection; `Infinity` once per run. */
  readonly ttlMs: number
  readonly select: 'first' | 'random' | 'roundRobin'
  readonly policy: 'preferIPv4' | 'preferIPv6' | 'onlyIPv4' | 'onlyIPv6' | 'any'
}

export interface TlsSettings {
  readonly isVerificationSkipped: boolean
  readonly minVersion: TlsVersion | undefined
  readonly maxVersion: TlsVersion | undefined
  /** OpenSSL or IANA names; empty allows all. */
  readonly cipherSuites: readonly string[]
  /** PEM texts of client certificates by domain pattern. */
  readonly auth: readonly ClientCertificate[]
  /** Extra PEM roots. */
  readonly ca: readonly string[]
}

export interface ClientCertificate {
  readonly domains: readonly string[]
  readonly cert: string
  readonly key: string
  readonly password: string | undefined
}

export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'

export interface ProxySettings {
  /** Proxy URLs for plain and for TLS targets. */
  readonly http: string | undefined
  readonly https: string | undefined
  readonly noProxy: readonly string[]
}
