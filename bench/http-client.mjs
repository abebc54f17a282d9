// CPU time per request of the HTTP client (all metrics on, one check per request) against wrk, same nginx, same run.
// usage: npm run build && node bench/http-client.mjs [connections=50,500] [rounds=3] [seconds=4]
// BRUNT_DIST names another build. Needs nginx and wrk on the PATH.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const dist = path.resolve(process.env.BRUNT_DIST ?? path.join(import.meta.dirname, '../dist'))
const isChild = process.argv[2] === '--client'

/** One client process: closed-loop VUs for `seconds`; prints CPU microseconds per request as JSON. */
async function runClient(url, connections, seconds) {
  const load = (file) => import(pathToFileURL(path.join(dist, file)).href)
  const { createHttpClient, createHttpShared } = await load('protocols/http/client.js')
  const { createRegistry } = await load('metrics/registry.js')
  const { createDialer } = await load('net/direct-dialer.js')
  const registry = createRegistry({
    selectors: [{ metric: 'http_req_duration', tags: { expected_response: 'true' } }],
    groupings: [{ metric: 'checks', keys: ['check', 'group'] }],
    keepAllTags: false,
  })
  const systemTags = [
    'proto',
    'status',
    'method',
    'url',
    'name',
    'group',
    'check',
    'error',
    'error_code',
    'tls_version',
    'scenario',
    'expected_response',
  ]
  const settings = {
    baseUrl: undefined,
    userAgent: 'brunt/bench',
    maxRedirects: 10,
    timeoutMs: 60_000,
    discardResponseBodies: false,
    noConnectionReuse: false,
    noVuConnectionReuse: false,
    noCookiesReset: false,
    debug: 'off',
    batch: 20,
    batchPerHost: 6,
    rps: 0,
    isHttp2Enabled: true,
    throwOnError: false,
    systemTags,
  }
  const tls = { isVerificationSkipped: false, minVersion: undefined, maxVersion: undefined, cipherSuites: [], auth: [], ca: [] }
  const dialer = createDialer({
    hosts: {},
    blockHostnames: [],
    blacklistIps: [],
    targets: undefined,
    dns: { ttlMs: 300_000, select: 'random', policy: 'preferIPv4' },
    tls,
    proxy: { http: undefined, https: undefined, noProxy: [] },
  })
  const shared = createHttpShared(settings, registry)
  const tags = registry.tagSet(registry.root, { scenario: 'default', group: '' })
  const checkTags = registry.tagSet(tags, { check: 'status is 200' })
  const checks = registry.define({ name: 'checks', type: 'rate', contains: 'default' })
  const iterations = registry.define({ name: 'iterations', type: 'counter', contains: 'default' })
  const durations = registry.define({ name: 'iteration_duration', type: 'trend', contains: 'time' })
  let requestCount = 0
  const failures = new Map()
  const vu = async () => {
    const context = {
      clock: { nowMs: () => performance.now() },
      dialer,
      tags,
      dueAtMs: undefined,
      localAddress: undefined,
      listeners: [],
      define: (definition) => registry.define(definition),
      tagSet: (base, extra) => registry.tagSet(base, extra),
      record: (metric, value, tagSet) => registry.record(metric, value, tagSet),
      warn: (text) => console.error(text),
      debug: () => undefined,
      on(event, listener) {
        this.listeners.push(event, listener)
      },
    }
    const http = createHttpClient(context, shared)
    const iteration = async () => {
      const response = await http.request({ method: 'GET', url })
      const isOk = response.status === 200
      registry.record(checks, isOk ? 1 : 0, checkTags)
      if (!isOk) failures.set(response.error, (failures.get(response.error) ?? 0) + 1)
    }
    for (;;) {
      const startMs = performance.now()
      await iteration()
      registry.record(iterations, 1, tags)
      registry.record(durations, performance.now() - startMs, tags)
      requestCount++
    }
  }
  const until = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
  for (let index = 0; index < connections; index++) {
    void vu()
    if (index % 100 === 99) await until(2)
  }
  setInterval(() => registry.drain(), 1000)
  await until(2000)
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const cpu = process.cpuUsage()
  const countBefore = requestCount
  const startMs = performance.now()
  await until(seconds * 1000)
  const used = process.cpuUsage(cpu)
  const count = requestCount - countBefore
  const perSecond = count / ((performance.now() - startMs) / 1000)
  console.log(
    JSON.stringify({
      cpuUs: (used.user + used.system) / count,
      userUs: used.user / count,
      perSecond,
      rssMb: process.memoryUsage().rss / 1e6,
      loopDelayP99Ms: delay.percentile(99) / 1e6,
      failures: Object.fromEntries(failures),
    }),
  )
  process.exit(0)
}

/** wrk, and what the kernel says it used. */
function runWrk(url, connections, seconds) {
  const shell = spawnSync(
    'bash',
    ['-c', `ulimit -n 20000; TIMEFORMAT='cpu %U %S'; time wrk -t1 -c${connections} -d${seconds}s ${url}`],
    { encoding: 'utf8' },
  )
  const [, user, system] = /cpu ([\d.]+) ([\d.]+)/.exec(shell.stderr) ?? []
  const [, requests] = /(\d+) requests in/.exec(shell.stdout) ?? []
  return { cpuUs: ((Number(user) + Number(system)) * 1e6) / Number(requests), perSecond: Number(requests) / seconds }
}

function runBrunt(url, connections, seconds) {
  const child = spawnSync(
    process.execPath,
    [...process.execArgv, import.meta.filename, '--client', url, String(connections), String(seconds)],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  )
  return JSON.parse(child.stdout.trim().split('\n').at(-1))
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function startNginx(folder) {
  const port = await freePort()
  writeFileSync(
    path.join(folder, 'nginx.conf'),
    `worker_processes 1; daemon off; master_process on; pid ${folder}/pid; error_log stderr crit; worker_rlimit_nofile 20000;
events { worker_connections 12000; }
http { access_log off; keepalive_requests 1000000000; keepalive_timeout 600; server { listen 127.0.0.1:${port} backlog=4096; location / { default_type text/plain; return 200 'hello'; } } }`,
  )
  const server = spawn('nginx', ['-p', folder, '-c', path.join(folder, 'nginx.conf')], { stdio: ['ignore', 'ignore', 'inherit'] })
  for (let attempt = 0; attempt < 100; attempt++) {
    const isUp = await fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    )
    if (isUp) break
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const gone = new Promise((resolve) => server.once('exit', resolve))
  const stop = () => {
    server.kill('SIGTERM')
    return gone
  }
  return { url: `http://127.0.0.1:${port}/`, stop }
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

async function main() {
  const [counts = '50,500', rounds = '3', seconds = '4'] = process.argv.slice(2)
  const folder = mkdtempSync(path.join(os.tmpdir(), 'brunt-bench-'))
  const nginx = await startNginx(folder)
  try {
    for (const connections of counts.split(',').map(Number)) {
      const wrk = []
      const brunt = []
      for (let round = 0; round < Number(rounds); round++) {
        wrk.push(runWrk(nginx.url, connections, Number(seconds)))
        brunt.push(runBrunt(nginx.url, connections, Number(seconds)))
      }
      const ours = median(brunt.map((each) => each.cpuUs))
      const theirs = median(wrk.map((each) => each.cpuUs))
      console.log(
        `${connections} connections: wrk ${theirs.toFixed(2)} us, brunt ${ours.toFixed(2)} us, ratio ${(ours / theirs).toFixed(2)}`,
      )
      for (const each of brunt) console.log(`  ${JSON.stringify(each)}`)
      for (const each of wrk) console.log(`  wrk ${JSON.stringify(each)}`)
    }
  } finally {
    await nginx.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

if (isChild) await runClient(process.argv[3], Number(process.argv[4]), Number(process.argv[5]))
else await main()
