// `npm run bench`: CPU time per HTTP/1.1 keep-alive request of brunt and its peers against one nginx, interleaved rounds
// in one run. Options: --rounds 3 --seconds 10 --connections 50,500,5000 --only brunt,wrk
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { machineLine, median, runMeasured, startNginx } from './measure.mjs'
import { peers } from './peers.mjs'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '10' },
    connections: { type: 'string', default: '50,500,5000' },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
const seconds = Number(values.seconds)
const levels = values.connections.split(',').map(Number)
const compared = peers().filter((peer) => !values.only || values.only.split(',').includes(peer.name))

const nginx = await startNginx()
const results = new Map()
try {
  for (const connections of levels) {
    for (let round = 1; round <= rounds; round += 1) {
      for (const peer of compared) {
        const { command, args, env } = peer.run(nginx.url, connections, seconds)
        const result = await runMeasured(command, args, { env })
        const { requests, ...more } = peer.read(result)
        const key = `${peer.name} ${connections}`
        const measured = {
          cpuUs: (result.cpuSeconds * 1e6) / requests,
          perSecond: requests / seconds,
          pssMb: result.peakPssBytes / 1e6,
          ...more,
        }
        results.set(key, [...(results.get(key) ?? []), measured])
        process.stderr.write(
          `${connections} connections, round ${round}, ${peer.name}: ${measured.cpuUs.toFixed(2)} us/request, ${Math.round(measured.perSecond)} requests/s\n`,
        )
      }
    }
  }
} finally {
  nginx.stop()
}

const table = levels.map((connections) => tableOf(connections)).join('\n')
const text = `# Benchmark: CPU time per request

Command: \`npm run bench -- --rounds ${rounds} --seconds ${seconds} --connections ${values.connections}\`
Machine: ${machineLine()}
Target: nginx, one worker, a 21-byte answer, keep-alive, on the same machine. CPU is user + system time of the whole process
tree, start-up included, divided by the requests made; median of ${rounds} interleaved rounds, least and most in brackets.
brunt runs with a check per request, all metrics on and one worker.

${table}
`
process.stdout.write(text)
if (values.write) writeFileSync(path.join(import.meta.dirname, 'RESULTS.md'), text)

function tableOf(connections) {
  const of = (name, field) =>
    (results.get(`${name} ${connections}`) ?? []).map((each) => each[field]).filter((value) => value !== undefined)
  const wrkUs = of('wrk', 'cpuUs').length > 0 ? median(of('wrk', 'cpuUs')) : undefined
  const rows = compared.map(({ name }) => {
    const cpu = of(name, 'cpuUs')
    const ratio = wrkUs === undefined ? '' : (median(cpu) / wrkUs).toFixed(2)
    const delay = of(name, 'loopDelayMsP99')
    return `| ${name} | ${median(cpu).toFixed(2)} (${Math.min(...cpu).toFixed(2)}-${Math.max(...cpu).toFixed(2)}) | ${ratio} | ${Math.round(median(of(name, 'perSecond')))} | ${Math.round(median(of(name, 'pssMb')))} | ${delay.length > 0 ? median(delay).toFixed(1) : ''} |`
  })
  return `## ${connections} connections\n\n| | CPU us/request | ratio to wrk | requests/s | peak PSS, MB | event-loop delay p99, ms |\n|---|---|---|---|---|---|\n${rows.join('\n')}\n`
}
