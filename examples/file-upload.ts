// Upload a file as a browser form does. Read files at the top level: once per VU, before any load.
//   BASE_URL=http://localhost:8080 brunt run file-upload.ts
import { readFileSync } from 'node:fs'
import { check } from 'brunt'
import type { Options } from 'brunt'
import http from 'brunt/http'

const self = readFileSync(new URL(import.meta.url))

export const options: Options = { vus: 2, iterations: 20, thresholds: { checks: ['rate==1'] } }

export default async function () {
  const response = await http.post('/post', {
    multipart: [http.file('upload', self, 'file-upload.ts', 'text/plain'), { name: 'note', value: 'from a load test' }],
  })
  check(response, {
    'status is 200': (r) => r.status === 200,
    'the file arrived': (r) =>
      r.json<{ files: Record<string, string[]> }>().files['upload']?.[0]?.includes('Upload a file') === true,
  })
}
