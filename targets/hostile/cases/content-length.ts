import { type Expectation, type HostileCase, rawCases } from '../case.ts'

/** Header lines before a body of five bytes, `hello`, after which the server closes. */
const heads: readonly (readonly [name: string, expect: Expectation, ...headers: string[]])[] = [
  ['right', 'ok', 'Content-Length: 5'],
  ['leading-zeros', 'ok', 'Content-Length: 000005'],
  ['padded-with-spaces', 'ok', 'Content-Length:   5  '],
  ['padded-with-tabs', 'ok', 'Content-Length:\t5\t'],
  ['lower-case-name', 'ok', 'content-length: 5'],
  ['no-space', 'ok', 'Content-Length:5'],
  ['absent-until-close', 'ok'],
  ['twice-the-same', 'either', 'Content-Length: 5', 'Content-Length: 5'],
  ['list-of-the-same', 'either', 'Content-Length: 5, 5'],
  ['twice-different', 'failed', 'Content-Length: 5', 'Content-Length: 6'],
  ['twice-shorter-first', 'failed', 'Content-Length: 3', 'Content-Length: 5'],
  ['list-of-different', 'failed', 'Content-Length: 5, 6'],
  ['a-hundred-times-different', 'failed', ...Array.from({ length: 100 }, (_, index) => `Content-Length: ${index}`)],
  ['empty', 'failed', 'Content-Length: '],
  ['negative', 'failed', 'Content-Length: -5'],
  ['negative-zero', 'failed', 'Content-Length: -0'],
  ['plus', 'failed', 'Content-Length: +5'],
  ['fraction', 'failed', 'Content-Length: 5.0'],
  ['exponent', 'failed', 'Content-Length: 5e0'],
  ['hexadecimal', 'failed', 'Content-Length: 0x5'],
  ['octal', 'failed', 'Content-Length: 0o5'],
  ['underscore', 'failed', 'Content-Length: 0_5'],
  ['letters', 'failed', 'Content-Length: five'],
  ['digits-then-letters', 'failed', 'Content-Length: 5bytes'],
  ['two-numbers', 'failed', 'Content-Length: 5 5'],
  ['not-a-number', 'failed', 'Content-Length: NaN'],
  ['infinity', 'failed', 'Content-Length: Infinity'],
  ['quoted', 'failed', 'Content-Length: "5"'],
  ['semicolon', 'failed', 'Content-Length: 5;'],
  ['with-nul', 'failed', 'Content-Length: 5\0'],
  ['full-width-digit', 'failed', 'Content-Length: \xef\xbc\x95'],
  ['too-long-by-one', 'failed', 'Content-Length: 6'],
  ['too-long-by-much', 'failed', 'Content-Length: 1000000'],
  ['over-31-bits', 'failed', 'Content-Length: 2147483653'],
  ['over-32-bits', 'failed', 'Content-Length: 4294967301'],
  ['over-53-bits', 'failed', 'Content-Length: 9007199254740997'],
  ['over-63-bits', 'failed', 'Content-Length: 9223372036854775813'],
  ['over-64-bits', 'failed', 'Content-Length: 18446744073709551621'],
  ['of-a-thousand-digits', 'failed', `Content-Length: ${'9'.repeat(1000)}`],
  ['zero-with-body', 'either', 'Content-Length: 0'],
  ['too-short', 'either', 'Content-Length: 3'],
  ['with-chunked-but-no-chunks', 'failed', 'Content-Length: 5', 'Transfer-Encoding: chunked'],
  ['with-identity', 'either', 'Content-Length: 5', 'Transfer-Encoding: identity'],
  ['with-unknown-transfer-coding', 'either', 'Content-Length: 5', 'Transfer-Encoding: smoke'],
]

const shownBodies: Readonly<Record<string, string>> = { 'zero-with-body': '', 'too-short': 'hel' }

/** Lengths that lie, contradict each other, or are none. */
export const contentLengthCases: readonly HostileCase[] = rawCases(
  'content-length',
  heads.map(([name, expect, ...headers]) => ({
    name,
    expect,
    ...(expect === 'failed' ? {} : { body: shownBodies[name] ?? 'hello' }),
    bytes: ['HTTP/1.1 200 OK', ...headers, '', 'hello'].join('\r\n'),
  })),
)
