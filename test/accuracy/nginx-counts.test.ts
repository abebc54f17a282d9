import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Summary } from '../../src/results/summary.ts'
import { brunt, newFolder, scriptFile } from '../cli/program.ts'

let nginx: ChildProcess
let url: string
const folder = newFolder()
const accessLog = path.join(folder, 'access.log')

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

beforeAll(async () => {
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  mkdirSync(path.join(folder, 'html'))
  writeFileSync(path.join(folder, 'html/page.txt'), 'x'.repeat(30_000))
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder};`).join(' ')
  writeFileSync(
    path.join(folder, 'nginx.conf'),
    `worker_processes 1; daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 1000; }
http { ${temporary} default_type text/plain;
log_format counts '$status $body_bytes_sent $bytes_sent $request_length'; access_log ${accessLog} counts;
server { listen 127.0.0.1:${port}; keepalive_requests 100000; client_max_body_size 1m;
location = /ok { return 200 'fine'; } location = /teapot { return 418 'short and stout'; } location = /moved { return 301 /ok; }
location /page.txt { root ${folder}/html; } } }`,
  )
  nginx = spawn('nginx', ['-c', path.join(folder, 'nginx.conf'), '-p', folder], {
    stdio: 'inherit',
    env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` },
  })
  const isUp = (): Promise<boolean> =>
    fetch(`${url}/ok`).then(
      () => true,
      () => false,
    )
  while (!(await isUp())) await new Promise((resolve) => setImmediate(resolve))
  writeFileSync(accessLog, '')
})

afterAll(async () => {
  const ended = new Promise((resolve) => nginx.once('exit', resolve))
  nginx.kill('SIGQUIT')
  await ended
})

test('requests, statuses and bytes equal the access log of nginx, on one worker and on three', async () => {
  const script = scriptFile(`import http from 'brunt/http'
export const options = { scenarios: { mixed: { executor: 'shared-iterations', vus: 12, iterations: 600 } } }
export default async function () {
  await http.get('/ok')
  await http.get('/teapot')
  await http.get('/moved')
  await http.get('/page.txt')
  await http.get('/page.txt', { responseType: 'none' })
  await http.post('/ok', 'a body of 24 bytes......')
}
`)
  for (const workers of ['1', '3']) {
    writeFileSync(accessLog, '')
    const { stdout, stderr, code } = await brunt([
      'run',
      script,
      '--json',
      '--quiet',
      '--workers',
      workers,
      '-e',
      `BASE_URL=${url}`,
    ])
    expect(code, stderr).toBe(0)
    const { metrics, submetrics } = JSON.parse(stdout) as Summary
    const rows = readFileSync(accessLog, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ').map(Number))
    const sum = (column: number): number => rows.reduce((total, row) => total + (row[column] ?? 0), 0)
    expect(metrics['http_reqs']?.values['count'], `${workers} workers`).toBe(rows.length)
    for (const status of [200, 301, 418]) {
      expect(submetrics[`http_reqs{status:${status}}`]?.values['count']).toBe(rows.filter((row) => row[0] === status).length)
    }
    expect(metrics['http_res_body_bytes']?.values['count']).toBe(sum(1))
    expect(metrics['data_received']?.values['count']).toBe(sum(2))
    // nginx answers /ok without reading the body and leaves it out of $request_length.
    expect(metrics['data_sent']?.values['count']).toBe(sum(3) + 600 * 24)
    expect(metrics['http_req_body_bytes']?.values['count']).toBe(600 * 24)
  }
}, 60_000)
