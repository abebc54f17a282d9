// Shared by the benchmarks: starts nginx, runs a program and accounts for the CPU and memory of its whole process tree.
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** A free loopback port. */
export async function freePort() {
  const server = createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** nginx with one worker that answers every path with a short text. `stop()` ends it by its pid. */
export async function startNginx() {
  const folder = mkdtempSync(path.join(tmpdir(), 'brunt-bench-'))
  const port = await freePort()
  writeFileSync(
    path.join(folder, 'nginx.conf'),
    `worker_processes 1; daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 16000; multi_accept on; }
worker_rlimit_nofile 18000;
http { access_log off; keepalive_requests 100000000; keepalive_timeout 600s; default_type text/plain;
client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
server { listen 127.0.0.1:${port} backlog=8192; location / { return 200 'hello from the target'; } } }`,
  )
  const child = spawn('nginx', ['-c', path.join(folder, 'nginx.conf'), '-p', folder], { stdio: 'inherit' })
  const url = `http://127.0.0.1:${port}/`
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (
      await fetch(url).then(
        (response) => response.ok,
        () => false,
      )
    )
      break
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return {
    url,
    stop() {
      child.kill('SIGQUIT')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Pids of a process and everything below it. */
export function treeOf(root) {
  const parents = new Map()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')
      parents.set(Number(name), Number(fields[1]))
    } catch {
      // ended meanwhile
    }
  }
  const tree = [root]
  for (let grown = true; grown; ) {
    const more = [...parents].filter(([pid, parent]) => tree.includes(parent) && !tree.includes(pid)).map(([pid]) => pid)
    tree.push(...more)
    grown = more.length > 0
  }
  return tree
}

/** Proportional set size of some processes, in bytes. */
export function pssBytes(pids) {
  return pids.reduce((sum, pid) => {
    try {
      return sum + Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) * 1024
    } catch {
      return sum
    }
  }, 0)
}

/**
 * Runs a program to its end. `cpuSeconds` is user + system time of it and of every child that it waited for, as the
 * shell's `time` accounts it; `peakPssBytes` is sampled four times a second over the tree.
 */
export async function runMeasured(command, args, options = {}) {
  const script = 'TIMEFORMAT="brunt-bench-cpu %U %S"; time "$0" "$@"'
  const child = spawn('bash', ['-c', script, command, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => (stdout += chunk))
  child.stderr.on('data', (chunk) => (stderr += chunk))
  let peakPssBytes = 0
  const sampling = setInterval(() => {
    peakPssBytes = Math.max(peakPssBytes, pssBytes(treeOf(child.pid).slice(1)))
  }, options.sampleMs ?? 1000)
  const code = await new Promise((resolve) => child.on('close', resolve))
  clearInterval(sampling)
  const [, user, system] = /brunt-bench-cpu ([\d.]+) ([\d.]+)/.exec(stderr) ?? []
  return { code, stdout, stderr, cpuSeconds: Number(user) + Number(system), peakPssBytes }
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

export function isInstalled(command) {
  try {
    execFileSync('which', [command], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** The machine in one line, for the results page. */
export function machineLine() {
  const cpu = /model name\s*:\s*(.*)/.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown CPU'
  const cores = execFileSync('nproc', { encoding: 'utf8' }).trim()
  return `${cpu}, ${cores} cores, Node ${process.version}, ${execFileSync('uname', ['-sr'], { encoding: 'utf8' }).trim()}`
}
