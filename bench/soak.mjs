// `node bench/soak.mjs [minutes]`: does memory stay flat at full speed? 50 VUs flat out for 10 minutes with a check, custom
// trends, tags, groups and unique URLs under one name; RSS of coordinator and worker each 5 s. Growth is the median of the
// last quarter against that of the quarter after two minutes of warm-up.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { machineLine, median, startNginx, treeOf } from './measure.mjs'

const program = path.resolve(import.meta.dirname, '../dist/cli/main.js')
const minutes = Number(process.argv[2] ?? 10)
const warmUpMs = Math.min(120_000, minutes * 12_000)
const folder = mkdtempSync(path.join(tmpdir(), 'brunt-bench-'))
const file = path.join(folder, 'soak.ts')
writeFileSync(
  file,
  `import { check, group } from 'brunt'
import http from 'brunt/http'
import { Trend, Counter } from 'brunt/metrics'
const size = new Trend('answer_size')
const seen = new Counter('answers')
export const options = { vus: 50, duration: '${minutes * 60}s', thresholds: { 'http_req_duration{kind:page}': ['p(99)<1000'] } }
let number = 0
export default async function () {
  await group('front', async () => {
    const response = await http.get('/item/' + number++, { name: 'item', tags: { kind: 'page' } })
    check(response, { 'status is 200': (r) => r.status === 200 })
    size.add(response.bodyBytes, { kind: 'page' })
    seen.add(1)
  })
}
`,
)
const nginx = await startNginx()
const child = spawn('node', [program, 'run', file, '--workers', '1', '--quiet', '-e', `BASE_URL=${nginx.url}`], {
  stdio: ['ignore', 'pipe', 'inherit'],
  cwd: folder,
})
let text = ''
child.stdout.on('data', (part) => (text += part))

/** Resident set of a process in MB. */
function rssMb(pid) {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1000
}

const startedAtMs = performance.now()
const samples = { coordinator: [], worker: [] }
const sampling = setInterval(() => {
  try {
    const worker = treeOf(child.pid).find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('worker-main'))
    if (worker === undefined) return
    samples.coordinator.push([performance.now() - startedAtMs, rssMb(child.pid)])
    samples.worker.push([performance.now() - startedAtMs, rssMb(worker)])
  } catch {
    // it is ending
  }
}, 5000)
await new Promise((resolve) => child.on('close', resolve))
clearInterval(sampling)
nginx.stop()
process.stdout.write(`${machineLine()}\n${/^\s*http_reqs\b.*$/m.exec(text)?.[0]?.trim() ?? text}\n`)
for (const [name, all] of Object.entries(samples)) {
  const warm = all.filter(([atMs]) => atMs > warmUpMs).map(([, mb]) => mb)
  const quarter = Math.max(1, Math.floor(warm.length / 4))
  const [first, last] = [median(warm.slice(0, quarter)), median(warm.slice(-quarter))]
  process.stdout.write(
    `${name}: RSS ${first.toFixed(0)} MB after warm-up, ${last.toFixed(0)} MB at the end: ${(100 * (last / first - 1)).toFixed(1)} % (asked: under 5 %)\n`,
  )
}
