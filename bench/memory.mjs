// `node bench/memory.mjs`: memory per idle VU, with a connection each and without, at 1,000 and 10,000 VUs. PSS of the
// worker process minus its PSS with one VU of the same script, 25 s after the last VU came to rest: until then V8 keeps the
// young generation of the start. Garbage is collected before each reading.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { machineLine, pssBytes, startNginx, treeOf } from './measure.mjs'

const program = path.resolve(import.meta.dirname, '../dist/cli/main.js')
const folder = mkdtempSync(path.join(tmpdir(), 'brunt-bench-'))

// VU 1 collects garbage and then prints a mark: the reading is taken after it.
const script = `import { sleep, execution } from 'brunt'
import http from 'brunt/http'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
export const options = { scenarios: { idle: { executor: 'per-vu-iterations', vus: Number(process.env.VUS), iterations: 1, maxDuration: '10m', gracefulStop: '0s' } } }
export default async function () {
  if (process.env.TARGET) await http.get(process.env.TARGET)
  if (execution.vu.id !== 1) return sleep(3600)
  await sleep(Number(process.env.SETTLE))
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  for (let round = 0; round < 3; round += 1) {
    collect()
    await sleep(0.3)
  }
  console.log('bench: settled')
  await sleep(3600)
}
`
const file = path.join(folder, 'idle.ts')
writeFileSync(file, script)

/** PSS of the worker process with so many idle VUs. */
async function workerPss(vus, target) {
  const child = spawn('node', [program, 'run', file, '--workers', '1'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, VUS: String(vus), SETTLE: String(25 + vus / 1500), ...(target ? { TARGET: target } : {}) },
  })
  let text = ''
  const settled = new Promise((resolve, reject) => {
    const listen = (chunk) => {
      text += chunk
      if (text.includes('bench: settled')) resolve()
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    child.on('close', () => reject(new Error(`brunt ended early:\n${text}`)))
  })
  await settled
  const workers = treeOf(child.pid).filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('worker-main'))
  const bytes = pssBytes(workers)
  child.removeAllListeners('close')
  const ended = new Promise((resolve) => child.on('close', resolve))
  child.kill('SIGINT')
  child.kill('SIGINT')
  await ended
  return bytes
}

const nginx = await startNginx()
process.stdout.write(`Memory per idle VU (PSS of the worker, its PSS with one VU subtracted)\n${machineLine()}\n\n`)
try {
  for (const { name, target, limitKb } of [
    { name: 'without a connection', target: undefined, limitKb: 4 },
    { name: 'with a connection each', target: nginx.url, limitKb: 12 },
  ]) {
    const base = await workerPss(1, target)
    for (const vus of [1000, 10_000]) {
      const bytes = await workerPss(vus, target)
      const perVuKb = (bytes - base) / (vus - 1) / 1024
      process.stdout.write(
        `${vus} VUs ${name}: ${perVuKb.toFixed(2)} KB each (asked at 10,000: at most ${limitKb}); worker ${(bytes / 1e6).toFixed(0)} MB, idle start ${(base / 1e6).toFixed(0)} MB\n`,
      )
    }
  }
} finally {
  nginx.stop()
}
