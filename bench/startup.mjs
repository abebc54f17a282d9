// `node bench/startup.mjs`: CPU time and wall time from the start of `brunt run` to the first iteration, one worker.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { machineLine, median, treeOf } from './measure.mjs'

const program = path.resolve(import.meta.dirname, '../dist/cli/main.js')
const folder = mkdtempSync(path.join(tmpdir(), 'brunt-bench-'))
const file = path.join(folder, 'first.ts')
writeFileSync(
  file,
  `import { sleep } from 'brunt'
export const options = { vus: 1, iterations: 1 }
export default async function () { console.log('bench: first iteration'); await sleep(5) }
`,
)
const ticksPerSecond = 100

/** CPU seconds of a process tree so far: its own time and that of children it has waited for. */
function cpuSeconds(pids) {
  return pids.reduce((sum, pid) => {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')
      return sum + fields.slice(11, 15).reduce((ticks, field) => ticks + Number(field), 0) / ticksPerSecond
    } catch {
      return sum
    }
  }, 0)
}

async function firstIteration() {
  const env = { ...process.env }
  delete env.NODE_EXTRA_CA_CERTS
  const startedAtMs = performance.now()
  const child = spawn('node', [program, 'run', file, '--workers', '1'], { stdio: ['ignore', 'pipe', 'pipe'], env })
  const result = await new Promise((resolve, reject) => {
    let text = ''
    const listen = (chunk) => {
      text += chunk
      if (text.includes('bench: first iteration'))
        resolve({ cpu: cpuSeconds(treeOf(child.pid)), wallMs: performance.now() - startedAtMs })
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    child.on('close', () => reject(new Error(`brunt ended early:\n${text}`)))
  })
  child.removeAllListeners('close')
  const ended = new Promise((resolve) => child.on('close', resolve))
  child.kill('SIGINT')
  child.kill('SIGINT')
  await ended
  return result
}

const results = []
for (let round = 0; round < 7; round += 1) results.push(await firstIteration())
const cpu = results.map((each) => each.cpu)
const wall = results.map((each) => each.wallMs)
process.stdout.write(`${machineLine()}
CPU until the first iteration: ${median(cpu).toFixed(2)} s (${Math.min(...cpu).toFixed(2)}-${Math.max(...cpu).toFixed(2)}), wall ${Math.round(median(wall))} ms, 7 starts; asked: at most 0.5 s CPU
`)
