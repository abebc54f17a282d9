// `node bench/rate.mjs`: is an arrival rate of 5,000/s held within 1 %? Against nginx, on one worker and on as many as
// `--workers auto` takes, for 20 s each.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { machineLine, startNginx } from './measure.mjs'

const program = path.resolve(import.meta.dirname, '../dist/cli/main.js')
const rate = Number(process.argv[2] ?? 5000)
const seconds = 20
const file = path.join(mkdtempSync(path.join(tmpdir(), 'brunt-bench-')), 'rate.ts')
writeFileSync(
  file,
  `import http from 'brunt/http'
export const options = { scenarios: { s: { executor: 'constant-arrival-rate', rate: ${rate}, duration: '${seconds}s', preAllocatedVUs: 100 } } }
export default async function () { await http.get('/') }
`,
)
const nginx = await startNginx()
process.stdout.write(`${machineLine()}\n`)
try {
  for (const workers of ['1', 'auto']) {
    const args = [program, 'run', file, '--json', '--quiet', '--workers', workers, '-e', `BASE_URL=${nginx.url}`]
    const { stdout } = spawnSync('node', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1e8 })
    const { metrics, generator } = JSON.parse(stdout)
    const started = metrics.iterations.values.count
    const lateness = metrics.generator_start_lateness.values
    process.stdout.write(
      `--workers ${workers} (${generator.workers}): ${started} of ${rate * seconds} planned iterations (${((100 * started) / rate / seconds).toFixed(2)} %), dropped ${metrics.dropped_iterations?.values.count ?? 0}, ` +
        `over 10 ms late ${generator.lateStarts} (lateness med ${lateness.med.toFixed(2)} ms, p99 ${lateness['p(99)'].toFixed(2)} ms), response p99 ${metrics.iteration_response_time.values['p(99)'].toFixed(2)} ms, ` +
        `CPU of the busiest worker ${(100 * generator.cpuRatio).toFixed(0)} %, generator ${generator.verdict}\n`,
    )
  }
} finally {
  nginx.stop()
}
