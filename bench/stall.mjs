// `node bench/stall.mjs`: a stall of 1.4 s in 30 s of 2,000/s and 50 VUs, once with whenBusy 'queue' and once with 'drop'.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { machineLine } from './measure.mjs'

const dist = path.resolve(import.meta.dirname, '../dist')
const target = spawn('node', [path.join(dist, 'targets/httpbin/main.js'), '--port', '0', '--exit-with-parent'], {
  stdio: ['pipe', 'pipe', 'inherit'],
})
const url = await new Promise((resolve) => target.stdout.once('data', (line) => resolve(JSON.parse(String(line)).http)))
const file = path.join(mkdtempSync(path.join(tmpdir(), 'brunt-bench-')), 'stall.ts')
writeFileSync(
  file,
  `import http from 'brunt/http'
export const options = { scenarios: { s: { executor: 'constant-arrival-rate', rate: 2000, duration: '30s', preAllocatedVUs: 50, maxVUs: 50, whenBusy: process.env.WHEN_BUSY as 'queue' } } }
export default async function () { await http.get('/get') }
`,
)
process.stdout.write(`${machineLine()}\n`)
for (const whenBusy of ['queue', 'drop']) {
  const body = JSON.stringify({ reset: true, stall: { startMs: 15_000, durationMs: 1400 } })
  await fetch(`${url}/control`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const { stdout } = spawnSync(
    'node',
    [path.join(dist, 'cli/main.js'), 'run', file, '--json', '-e', `BASE_URL=${url}`, '-e', `WHEN_BUSY=${whenBusy}`],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 1e8,
    },
  )
  const { metrics, generator } = JSON.parse(stdout)
  const value = (metric, stat) => metrics[metric]?.values[stat]
  process.stdout.write(
    `${whenBusy}: iteration_response_time p99 ${value('iteration_response_time', 'p(99)')?.toFixed(1)} ms, http_req_duration p99 ${value('http_req_duration', 'p(99)')?.toFixed(1)} ms, iterations ${value('iterations', 'count')}, dropped ${value('dropped_iterations', 'count') ?? 0}, censored ${JSON.stringify(generator.censored)}, generator ${generator.verdict}\n`,
  )
}
target.kill()
