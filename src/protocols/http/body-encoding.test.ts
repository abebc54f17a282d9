import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeRequestBody } from './body-encoding.ts'
import type { HttpBody, MultipartPart } from './types.ts'

function text(body: HttpBody): string {
  return Buffer.from(encodeRequestBody(body, () => 'B').bytes ?? []).toString()
}

test('no body is no body', () => {
  expect(encodeRequestBody(undefined)).toEqual({ bytes: undefined, stream: undefined, length: undefined, contentType: undefined })
})

test('text goes as UTF-8, bytes go as they are and are not copied', () => {
  expect(encodeRequestBody('Grüße')).toMatchObject({ bytes: Buffer.from('Grüße'), length: 7, contentType: undefined })
  const bytes = new Uint8Array([1, 2, 3])
  expect(encodeRequestBody(bytes).bytes).toBe(bytes)
  expect(encodeRequestBody(bytes.buffer).bytes).toEqual(bytes)
  expect(encodeRequestBody(new Uint16Array([513]) as unknown as HttpBody).bytes).toEqual(new Uint8Array([1, 2]))
})

test('a form is URL-encoded; an array repeats its key', () => {
  const body = encodeRequestBody({ form: { a: 1, 'b c': 'x&y=ü+', list: ['1', 2, true], empty: '', none: [] } })
  expect(Buffer.from(body.bytes ?? []).toString()).toBe('a=1&b+c=x%26y%3D%C3%BC%2B&list=1&list=2&list=true&empty=')
  expect(body).toMatchObject({ contentType: 'application/x-www-form-urlencoded', length: body.bytes?.length })
})

test('a form comes back as it was', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })), (form) => {
      const read = [...new URLSearchParams(text({ form }))]
      expect(new Map(read)).toEqual(new Map(Object.entries(form)))
      expect(read).toHaveLength(Object.keys(form).length)
    }),
  )
})

test('multipart has a head for each part, a type for files, and a boundary of its own each time', () => {
  const multipart: MultipartPart[] = [
    { name: 'a', value: '1' },
    { name: 'f"\r\nx', value: Buffer.from([0, 255]), filename: 'naïve "1".png', contentType: 'image/png' },
    { name: 'g', value: new Uint8Array([65]), filename: '' },
  ]
  const body = encodeRequestBody({ multipart }, () => 'B')
  const expected = [
    '--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n',
    '--B\r\nContent-Disposition: form-data; name="f%22%0D%0Ax"; filename="naïve %221%22.png"\r\nContent-Type: image/png\r\n\r\n\u0000\u00ff\r\n',
    '--B\r\nContent-Disposition: form-data; name="g"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\nA\r\n',
    '--B--\r\n',
  ].join('')
  const asLatin1 = Buffer.from(expected.replace('ï', '\u00c3\u00af'), 'latin1')
  expect(Buffer.compare(Buffer.from(body.bytes ?? []), asLatin1)).toBe(0)
  expect(body).toMatchObject({ contentType: 'multipart/form-data; boundary=B', length: asLatin1.length })
  const types = new Set([1, 2].map(() => encodeRequestBody({ multipart }).contentType))
  expect(types.size).toBe(2)
})

test('what was sent as multipart is what the platform reads', async () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/[\r\n"]/.test(text))
  const value = fc.uint8Array()
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 4 }), async (parts) => {
      const multipart = parts.map(([name, value]) => ({ name, value, filename: 'f' }))
      const { bytes, contentType = '' } = encodeRequestBody({ multipart })
      const form = await new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { 'content-type': contentType } }).formData()
      const read = await Promise.all(
        [...form].map(async ([name, file]) => [name, new Uint8Array(await (file as unknown as Blob).arrayBuffer())]),
      )
      expect(read).toEqual(parts.map(([name, value]) => [name, Uint8Array.from(value)]))
    }),
    { numRuns: 50 },
  )
})

test('a stream is handed on, with its length when it has one', () => {
  const stream = (async function* () {
    yield await Promise.resolve(new Uint8Array(1))
  })()
  expect(encodeRequestBody({ stream })).toEqual({ bytes: undefined, stream, length: undefined, contentType: undefined })
  expect(encodeRequestBody({ stream, length: 1 })).toMatchObject({ stream, length: 1 })
})

test.each([
  5,
  true,
  { a: 1 },
  [1],
  { form: 'a=1' },
  { form: { a: { b: 1 } } },
  { multipart: 'x' },
  { multipart: [{ value: 'x' }] },
  { multipart: [{ name: 'x', value: 5 }] },
  { multipart: [{ name: 'x', value: 'y', contentType: 'a\r\nb: c' }] },
  { stream: 'x' },
  { stream: (async function* () {})(), length: -1 },
])('%j is refused with HTTP_BODY_INVALID and a hint', (body) => {
  const encode = (): unknown => encodeRequestBody(body as unknown as HttpBody)
  expect(encode).toThrow(expect.objectContaining({ code: 'HTTP_BODY_INVALID', hint: expect.any(String) as string }))
})
