import { getCiphers } from 'node:tls'

/** What a list of cipher suites comes to in OpenSSL's terms. */
export interface CipherChoice {
  /** TLS 1.3 suites, by the one name that they have. */
  readonly tls13: readonly string[]
  /** Suites up to TLS 1.2, by OpenSSL's names; those that this OpenSSL does not have are left out. */
  readonly tls12: readonly string[]
  /** Names that are no cipher suite anywhere. */
  readonly unknown: readonly string[]
}

/** Sorts OpenSSL or IANA names of cipher suites by TLS version. */
export function chooseCiphers(names: readonly string[]): CipherChoice {
  const available = new Set(getCiphers())
  const tls13: string[] = []
  const tls12: string[] = []
  const unknown: string[] = []
  for (const name of names) {
    const isIana = /^TLS_[A-Z0-9_]+$/.test(name)
    const openssl = isIana && name.includes('_WITH_') ? opensslName(name) : name
    if (!available.has(openssl.toLowerCase())) {
      if (!(isIana && name.includes('_WITH_'))) unknown.push(name)
    } else if (openssl.startsWith('TLS_')) {
      tls13.push(openssl)
    } else {
      tls12.push(openssl)
    }
  }
  return { tls13, tls12, unknown }
}

/** `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256` is `ECDHE-RSA-AES128-GCM-SHA256` to OpenSSL. */
export function opensslName(iana: string): string {
  const [exchange = '', cipher = ''] = iana.replace(/^TLS_/, '').split('_WITH_')
  const keyExchange = exchange === 'RSA' ? '' : `${exchange.replaceAll('_', '-')}-`
  const rest = cipher
    .replace('CHACHA20_POLY1305_SHA256', 'CHACHA20_POLY1305')
    .replace('3DES_EDE_CBC', 'DES_CBC3')
    .replace('RC4_128', 'RC4')
    .replace(/^(AES|CAMELLIA|ARIA)_(128|256)_/, '$1$2_')
    .replace(/^(AES\d+|CAMELLIA\d+)_CBC_/, exchange.includes('PSK') && cipher.startsWith('AES') ? '$1_CBC_' : '$1_')
    .replace('CCM_8', 'CCM8')
  return keyExchange + rest.replaceAll('_', '-')
}
