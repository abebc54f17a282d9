import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type DigestChallenge, type DigestRequest, digestAuthorization, parseDigestChallenge } from './digest-auth.ts'

function challenge(text: string): DigestChallenge {
  const parsed = parseDigestChallenge([text])
  if (parsed === undefined) throw new Error(`not a challenge: ${text}`)
  return parsed
}

function parametersOf(authorization: string): Record<string, string> {
  expect(authorization).toMatch(/^Digest /)
  const matches = authorization.slice(7).matchAll(/([a-z*]+)=(?:"((?:[^"\\]|\\.)*)"|([^,]*))/g)
  return Object.fromEntries([...matches].map(([, name = '', quoted, plain]) => [name, quoted ?? plain ?? '']))
}

const rfc7616 = {
  method: 'GET',
  uri: '/dir/index.html',
  username: 'Mufasa',
  password: 'Circle of Life',
  body: undefined,
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
}
const rfc7616Nonce = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v'
const rfc7616Challenge = `Digest realm="http-auth@example.org", qop="auth, auth-int", nonce="${rfc7616Nonce}", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`

test.each([
  {
    from: 'RFC 2617',
    text: 'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
    request: { ...rfc7616, password: 'Circle Of Life', cnonce: '0a4f113b' },
    response: '6629fae49393a05397450978507c4ef1',
  },
  {
    from: 'RFC 7616, MD5',
    text: `${rfc7616Challenge}, algorithm=MD5`,
    request: rfc7616,
    response: '8ca523f5e9506fed4657c9700eebdbec',
  },
  {
    from: 'RFC 7616, SHA-256',
    text: `${rfc7616Challenge}, algorithm=SHA-256`,
    request: rfc7616,
    response: '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
  },
  {
    from: 'RFC 7616 with erratum 4897, SHA-512-256 and userhash',
    text: 'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", charset=UTF-8, userhash=true',
    request: {
      ...rfc7616,
      uri: '/doe.json',
      username: 'Jäsøn Doe',
      password: 'Secret, or not?',
      cnonce: 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v',
    },
    response: '3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5',
    username: '793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b',
  },
])('the example of $from comes out', ({ text, request, response, username }) => {
  const parameters = parametersOf(digestAuthorization(challenge(text), request))
  expect(parameters).toMatchObject({ response, qop: 'auth', nc: '00000001', uri: request.uri, cnonce: request.cnonce })
  if (username !== undefined) expect(parameters).toMatchObject({ username, userhash: 'true' })
})

const md5 = (text: string): string => createHash('md5').update(text).digest('hex')

test('without qop the answer is that of RFC 2069: no cnonce, no count, no algorithm that was not named', () => {
  const answer = digestAuthorization(challenge('Digest realm="r", nonce="n"'), {
    ...rfc7616,
    username: 'u',
    password: 'p',
    uri: '/',
  })
  const response = md5(`${md5('u:r:p')}:n:${md5('GET:/')}`)
  expect(answer).toBe(`Digest username="u", realm="r", nonce="n", uri="/", response="${response}"`)
})

test('auth-int covers the body, and is used only when auth is not offered', () => {
  const request: DigestRequest = {
    ...rfc7616,
    method: 'POST',
    username: 'u',
    password: 'p',
    uri: '/',
    body: 'hello',
    cnonce: 'c',
  }
  const strict = parametersOf(digestAuthorization(challenge('Digest realm="r", nonce="n", qop="auth-int"'), request))
  expect(strict).toMatchObject({
    qop: 'auth-int',
    response: md5(`${md5('u:r:p')}:n:00000001:c:auth-int:${md5(`POST:/:${md5('hello')}`)}`),
  })
  expect(parametersOf(digestAuthorization(challenge('Digest realm="r", nonce="n", qop="auth-int,auth"'), request)).qop).toBe(
    'auth',
  )
  const bytes = digestAuthorization(challenge('Digest realm="r", nonce="n", qop="auth-int"'), {
    ...request,
    body: Buffer.from('hello'),
  })
  expect(parametersOf(bytes).response).toBe(strict.response)
})

test('a session algorithm mixes nonce and cnonce into the secret', () => {
  const request: DigestRequest = { ...rfc7616, username: 'u', password: 'p', uri: '/', cnonce: 'c', nonceCount: 255 }
  const answer = parametersOf(
    digestAuthorization(challenge('Digest realm="r", nonce="n", qop=auth, algorithm=md5-SESS'), request),
  )
  const secret = md5(`${md5('u:r:p')}:n:c`)
  expect(answer).toMatchObject({
    algorithm: 'MD5-sess',
    nc: '000000ff',
    response: md5(`${secret}:n:000000ff:c:auth:${md5('GET:/')}`),
  })
})

test.each([
  {
    title: 'the strongest of several values',
    values: ['Digest realm="a", nonce="1"', 'Digest realm="b", nonce="2", algorithm=SHA-256'],
    realm: 'b',
  },
  {
    title: 'the strongest of one value',
    values: ['Digest realm="a", nonce="1", algorithm=SHA-256, Digest realm="b", nonce="2", algorithm=MD5'],
    realm: 'a',
  },
  {
    title: 'one among other schemes',
    values: ['Basic realm="x, Digest realm=\\"no\\"", NTLM, Negotiate abc==, Digest realm="a", nonce="1"'],
    realm: 'a',
  },
  { title: 'one in odd spacing', values: ['  ,digest  REALM = "a" ,, nonce=1'], realm: 'a' },
  { title: 'quoted pairs', values: ['Digest realm="a \\"b\\" \\\\", nonce="1"'], realm: 'a "b" \\' },
])('finds $title', ({ values, realm }) => {
  expect(parseDigestChallenge(values)?.realm).toBe(realm)
})

test.each([
  '',
  'Basic realm="x"',
  'Digest realm="no nonce"',
  'Digest nonce="1", algorithm=ROT13',
  'Digest nonce="1", qop="auth-conf"',
  'NTLM',
  'Negotiate YII=',
])('"%s" is no challenge that can be answered', (value) => {
  expect(parseDigestChallenge([value])).toBeUndefined()
})

test('quotes in a name are escaped, names beyond ASCII use the extended notation', () => {
  const simple = challenge('Digest realm="r\\"", nonce="n"')
  expect(digestAuthorization(simple, { ...rfc7616, username: 'a"b' })).toContain('username="a\\"b", realm="r\\""')
  expect(digestAuthorization(simple, { ...rfc7616, username: "Jäs'n" })).toContain("username*=UTF-8''J%C3%A4s%27n")
})

test('any header text is parsed without hanging or throwing', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom('Digest ', 'Basic ', 'nonce=', 'realm="', '"', ',', '=', '\\', 'qop="auth"', ' '),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const found = parseDigestChallenge([pieces.join('')])
      return found === undefined || typeof found.nonce === 'string'
    }),
  )
})
