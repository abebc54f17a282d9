import { X509Certificate } from 'node:crypto'
import { createSecureContext, rootCertificates, type SecureContext, type SecureContextOptions } from 'node:tls'
import { messageOf, UserError } from '../base/user-error.ts'
import { chooseCiphers } from './cipher-names.ts'
import type { ClientCertificate, TlsSettings, TlsVersion } from './dialer-settings.ts'
import { HostTable } from './host-pattern.ts'

/** Oldest first. */
const versions: readonly TlsVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']

const tls13Suites = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256']

/**
 * The secure contexts of one process: one for all hosts without a client certificate and one per certificate, each made on
 * first use (a context costs milliseconds and tens of KB; a connection must not).
 */
export class TlsContexts {
  readonly #base: SecureContextOptions
  readonly #certificates = new HostTable<ClientCertificate>()
  readonly #contexts = new Map<ClientCertificate | undefined, SecureContext>()

  /** Throws `UserError` for versions, ciphers, roots or certificates that cannot work. */
  constructor(settings: TlsSettings) {
    this.#base = baseOptions(settings)
    for (const certificate of settings.auth) {
      const domains = certificate.domains.length === 0 ? ['*'] : certificate.domains
      for (const domain of domains) this.#addCertificate(domain, certificate)
    }
    if (settings.minVersion ?? settings.maxVersion ?? settings.cipherSuites[0] ?? settings.ca[0]) this.#contextOf(undefined)
  }

  /** The context for a host (canonical). */
  contextFor(host: string): SecureContext {
    return this.#contextOf(this.#certificates.isEmpty ? undefined : this.#certificates.find(host))
  }

  #contextOf(certificate: ClientCertificate | undefined): SecureContext {
    const known = this.#contexts.get(certificate)
    if (known !== undefined) return known
    const context = createContext(this.#base, certificate)
    this.#contexts.set(certificate, context)
    return context
  }

  #addCertificate(domain: string, certificate: ClientCertificate): void {
    if (!this.#certificates.add(domain, certificate)) {
      throw new UserError('NET_PATTERN_INVALID', `tls.auth: "${domain}" is not a domain pattern`, {
        hint: 'write a name such as api.example.com, or *.example.com',
      })
    }
    this.#contextOf(certificate)
  }
}

function createContext(base: SecureContextOptions, certificate: ClientCertificate | undefined): SecureContext {
  if (certificate === undefined) {
    try {
      return createSecureContext(base)
    } catch (cause) {
      throw new UserError('NET_TLS_INVALID', `the TLS options do not work together: ${messageOf(cause)}`, {
        hint: 'check tls.minVersion, tls.maxVersion, tls.cipherSuites and the PEM texts of tls.ca',
        cause,
      })
    }
  }
  const { cert, key, password } = certificate
  try {
    return createSecureContext({ ...base, cert, key, ...(password === undefined ? {} : { passphrase: password }) })
  } catch (cause) {
    const whose = certificate.domains.length === 0 ? 'all hosts' : certificate.domains.join(', ')
    throw new UserError(
      'NET_CLIENT_CERTIFICATE_INVALID',
      `the client certificate for ${whose} cannot be used: ${messageOf(cause)}`,
      {
        hint: 'tls.auth wants PEM texts of a certificate and its private key, and the password when the key is encrypted',
        cause,
      },
    )
  }
}

function baseOptions(settings: TlsSettings): SecureContextOptions {
  const { minVersion, maxVersion } = settings
  if (minVersion !== undefined && maxVersion !== undefined && versions.indexOf(minVersion) > versions.indexOf(maxVersion)) {
    throw new UserError('NET_TLS_INVALID', `TLS version range is empty: min ${minVersion}, max ${maxVersion}`, {
      hint: 'make min the older of the two',
    })
  }
  checkRoots(settings.ca)
  // Node's own floor is 1.2: a lower ceiling alone would leave nothing.
  const isOldWanted = [minVersion, maxVersion].some((version) => version === 'TLSv1' || version === 'TLSv1.1')
  const floor = minVersion ?? (isOldWanted ? maxVersion : undefined)
  const ciphers = cipherList(settings.cipherSuites, isOldWanted)
  return {
    ...(floor === undefined ? {} : { minVersion: floor }),
    ...(maxVersion === undefined ? {} : { maxVersion }),
    ...(ciphers === undefined ? {} : { ciphers }),
    ...(settings.ca.length === 0 ? {} : { ca: [...rootCertificates, ...settings.ca] }),
  }
}

/** Node would leave out roots that it cannot read without a word. */
function checkRoots(pems: readonly string[]): void {
  for (const pem of pems) {
    try {
      void new X509Certificate(pem)
    } catch (cause) {
      throw new UserError('NET_TLS_INVALID', `tls.ca: a root certificate cannot be read: ${messageOf(cause)}`, {
        hint: 'give the text of a PEM file, -----BEGIN CERTIFICATE----- and all',
        cause,
      })
    }
  }
}

/** TLS 1.3 keeps all its suites unless the list names some: lists written for older versions must not switch it off. */
function cipherList(names: readonly string[], isOldWanted: boolean): string | undefined {
  // OpenSSL 3 signs TLS 1.0 and 1.1 handshakes at security level 0 only.
  const level = isOldWanted ? ['@SECLEVEL=0'] : []
  if (names.length === 0) return isOldWanted ? [...tls13Suites, 'DEFAULT', ...level].join(':') : undefined
  const { tls12, tls13, unknown } = chooseCiphers(names)
  if (unknown.length > 0) {
    throw new UserError('NET_CIPHER_UNKNOWN', `tls.cipherSuites: unknown cipher suite "${unknown[0]}"`, {
      hint: 'use IANA names such as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 or OpenSSL names such as ECDHE-RSA-AES128-GCM-SHA256',
    })
  }
  if (tls12.length + tls13.length === 0) {
    throw new UserError('NET_CIPHER_UNKNOWN', `tls.cipherSuites: this OpenSSL has none of ${names.join(', ')}`, {
      hint: '`openssl ciphers -stdname` lists what there is',
    })
  }
  return [...(tls13.length === 0 ? tls13Suites : tls13), ...tls12, ...level].join(':')
}
