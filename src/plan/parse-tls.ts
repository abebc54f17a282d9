import { invalidOption, missingOption, OptionBag } from './option-bag.ts'
import type { TlsPlan, TlsVersion } from './plan.ts'

const versions: Readonly<Record<string, TlsVersion>> = {
  'tls1.0': 'TLSv1',
  'tls1.1': 'TLSv1.1',
  'tls1.2': 'TLSv1.2',
  'tls1.3': 'TLSv1.3',
}
const versionHint = `write  tlsVersion: 'tls1.2'  or  tlsVersion: { min: 'tls1.2', max: 'tls1.3' }`

/** tlsVersion, tlsCipherSuites, tlsAuth, tlsCa and insecureSkipTLSVerify. */
export function parseTls(bag: OptionBag, reportUnknown: (bag: OptionBag) => void): TlsPlan {
  return {
    isVerificationSkipped: bag.boolean('insecureSkipTLSVerify') ?? false,
    ...parseVersions(bag, reportUnknown),
    cipherSuites: bag.texts('tlsCipherSuites') ?? [],
    auth: (bag.list('tlsAuth') ?? []).map((value, index) =>
      parseClientCertificate(value, `${bag.pathOf('tlsAuth')}[${index}]`, reportUnknown),
    ),
    ca: parseRoots(bag),
  }
}

function parseVersions(bag: OptionBag, reportUnknown: (bag: OptionBag) => void): Pick<TlsPlan, 'minVersion' | 'maxVersion'> {
  const value = bag.raw('tlsVersion')
  if (value === undefined || value === '') return { minVersion: undefined, maxVersion: undefined }
  if (typeof value === 'string') {
    const version = versionOf(value, 'tlsVersion')
    return { minVersion: version, maxVersion: version }
  }
  const range = new OptionBag('tlsVersion', value, versionHint)
  const [min, max] = [range.text('min'), range.text('max')]
  reportUnknown(range)
  const plan = {
    minVersion: min ? versionOf(min, 'tlsVersion.min') : undefined,
    maxVersion: max ? versionOf(max, 'tlsVersion.max') : undefined,
  }
  if (plan.minVersion !== undefined && plan.maxVersion !== undefined && plan.minVersion > plan.maxVersion) {
    throw invalidOption({ path: 'tlsVersion', value, expected: 'min not above max', hint: versionHint })
  }
  return plan
}

/** `tls1.2`, and Node's own spelling `TLSv1.2`. */
function versionOf(text: string, path: string): TlsVersion {
  const version =
    versions[text.toLowerCase()] ?? Object.values(versions).find((each) => each.toLowerCase() === text.toLowerCase())
  if (version !== undefined) return version
  throw invalidOption({ path, value: text, expected: `one of ${Object.keys(versions).join(', ')}`, hint: versionHint })
}

function parseClientCertificate(value: unknown, path: string, reportUnknown: (bag: OptionBag) => void): TlsPlan['auth'][number] {
  const bag = new OptionBag(path, value, `write  tlsAuth: [{ domains: ['*.example.com'], cert, key }]  with PEM texts`)
  const certificate = {
    domains: bag.texts('domains') ?? [],
    cert: pem(bag, 'cert'),
    key: pem(bag, 'key'),
    password: bag.text('password'),
  }
  reportUnknown(bag)
  return certificate
}

/** Never shows the value: it may be a private key. */
function pem(bag: OptionBag, name: string): string {
  const text = bag.text(name)
  if (text === undefined) throw missingOption(bag.pathOf(name), `add  ${name}  as PEM text`)
  if (text.includes('-----BEGIN ')) return text
  throw invalidOption({
    path: bag.pathOf(name),
    value: '…',
    expected: 'PEM text (-----BEGIN …)',
    hint: `read the file:  ${name}: readFileSync('${name}.pem', 'utf8')`,
  })
}

function parseRoots(bag: OptionBag): readonly string[] {
  const value = bag.raw('tlsCa')
  const roots = typeof value === 'string' ? [value] : (bag.texts('tlsCa') ?? [])
  const wrong = roots.findIndex((root) => !root.includes('-----BEGIN CERTIFICATE'))
  if (wrong === -1) return roots
  throw invalidOption({
    path: 'tlsCa',
    value: roots[wrong],
    expected: 'PEM text (-----BEGIN CERTIFICATE)',
    hint: `read the file:  tlsCa: readFileSync('ca.pem', 'utf8')`,
  })
}
