// The load generators that are compared: how each is started flat out, and how its answer is read.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { isInstalled } from './measure.mjs'

const root = path.resolve(import.meta.dirname, '..')

const script = (seconds, connections) => `import { check } from 'brunt'
import http from 'brunt/http'
export const options = { vus: ${connections}, duration: '${seconds}s', thresholds: { checks: ['rate>0.99'] } }
export default async function () {
  const response = await http.get(process.env.TARGET)
  check(response, { 'status is 200': (r) => r.status === 200 })
}
`

const k6Script = `import http from 'k6/http'
import { check } from 'k6'
export default function () { check(http.get(__ENV.TARGET), { 'status is 200': (r) => r.status === 200 }) }
`

/** Each peer: `run(url, connections, seconds)` gives a command, `requests(result)` reads how many it made. */
export function peers() {
  const folder = mkdtempSync(path.join(tmpdir(), 'brunt-bench-'))
  const write = (name, text) => {
    const file = path.join(folder, name)
    writeFileSync(file, text)
    return file
  }
  const all = [
    {
      name: 'brunt',
      note: 'a check per request, all metrics on',
      run(url, connections, seconds) {
        this.summary = path.join(folder, `summary-${connections}.json`)
        const file = write(`load-${connections}.ts`, script(seconds, connections))
        const program = path.join(root, 'dist/cli/main.js')
        return {
          command: 'node',
          args: [program, 'run', file, '--workers', '1', '--quiet', '--summary', this.summary],
          env: { TARGET: url },
        }
      },
      read() {
        const summary = JSON.parse(readFileSync(this.summary, 'utf8'))
        return {
          requests: summary.metrics.http_reqs.values.count,
          p99Ms: summary.metrics.http_req_duration.values['p(99)'],
          loopDelayMsP99: summary.generator.loopDelayMsP99,
        }
      },
    },
    {
      name: 'wrk',
      run: (url, connections, seconds) => ({
        command: 'wrk',
        args: ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', url],
      }),
      read: ({ stdout }) => ({ requests: Number(/(\d+) requests in/.exec(stdout)?.[1]) }),
    },
    {
      name: 'autocannon',
      run: (url, connections, seconds) => ({
        command: 'node',
        args: [
          path.join(root, 'node_modules/autocannon/autocannon.js'),
          '-j',
          '-n',
          '-c',
          String(connections),
          '-d',
          String(seconds),
          url,
        ],
      }),
      read: ({ stdout }) => ({ requests: JSON.parse(stdout)['2xx'] }),
    },
    {
      name: 'hey',
      run: (url, connections, seconds) => ({ command: 'hey', args: ['-c', String(connections), '-z', `${seconds}s`, url] }),
      read: ({ stdout }) => ({ requests: Number(/\[200\]\s+(\d+) responses/.exec(stdout)?.[1]) }),
    },
    {
      name: 'k6',
      note: 'a check per request',
      run(url, connections, seconds) {
        this.summary = path.join(folder, 'k6.json')
        return {
          command: 'k6',
          args: [
            'run',
            '--quiet',
            '-u',
            String(connections),
            '-d',
            `${seconds}s`,
            '--summary-export',
            this.summary,
            write('k6.js', k6Script),
          ],
          env: { TARGET: url },
        }
      },
      read() {
        return { requests: JSON.parse(readFileSync(this.summary, 'utf8')).metrics.http_reqs.count }
      },
    },
  ]
  return all.filter((peer) => peer.name === 'brunt' || peer.name === 'autocannon' || isInstalled(peer.name))
}
