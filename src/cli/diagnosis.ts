import type { Machine } from './machine.ts'

/** One line of `brunt doctor`. `problem` makes the command fail; `note` is worth knowing. */
export interface Finding {
  readonly what: string
  readonly value: string
  readonly state: 'ok' | 'note' | 'problem'
  /** What to change and how; `undefined` when there is nothing to do. */
  readonly advice: string | undefined
}

/** Judges a machine as a load generator. Pure. */
export function diagnose(machine: Machine): Finding[] {
  return [node, cpu, load, memory, openFiles, ports, backlog, certificates].flatMap((check) => check(machine) ?? [])
}

function node({ nodeVersion }: Machine): Finding {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number)
  const isGood = major > 20 || (major === 20 && minor >= 19)
  return finding('Node.js', `v${nodeVersion}`, isGood ? 'ok' : 'problem', 'install Node.js 20.19 or newer')
}

function cpu({ cores, quotaCores }: Machine): Finding {
  const usable = Math.min(cores, quotaCores ?? cores)
  const value =
    quotaCores === undefined
      ? `${cores} ${plural(cores, 'core')}`
      : `${cores} ${plural(cores, 'core')}, quota ${round(quotaCores)}`
  const state = usable < 1 ? 'problem' : quotaCores !== undefined && quotaCores < cores ? 'note' : 'ok'
  const advice =
    usable < 1
      ? 'the CPU quota is under one core: times will show the throttling of this machine, not your target; raise the quota (docker run --cpus 2, resources.limits.cpu in Kubernetes)'
      : 'the cgroup allows fewer cores than the machine has; --workers auto keeps to the quota'
  return finding('CPU', value, state, advice)
}

function load({ loadAverage, cores, platform }: Machine): Finding | undefined {
  if (platform === 'win32') return undefined
  const isBusy = loadAverage > cores * 0.7
  return finding(
    'Load now',
    `${round(loadAverage)} on ${cores} ${plural(cores, 'core')}`,
    isBusy ? 'note' : 'ok',
    'other programs use this machine: stop them before you measure',
  )
}

function memory({ freeMemoryBytes, memoryLimitBytes }: Machine): Finding {
  const bytes = Math.min(freeMemoryBytes, memoryLimitBytes ?? freeMemoryBytes)
  const state = bytes < 256 * 2 ** 20 ? 'problem' : bytes < 2 ** 30 ? 'note' : 'ok'
  return finding(
    'Memory',
    `${round(bytes / 2 ** 30)} GiB to use`,
    state,
    'a worker takes about 100 MB and 12 KB for each VU with a connection: free some memory or run fewer VUs',
  )
}

function openFiles({ openFilesSoft, openFilesHard, platform }: Machine): Finding | undefined {
  if (openFilesSoft === undefined) return undefined
  const hard = openFilesHard ?? openFilesSoft
  const value = `${limit(openFilesSoft)} soft, ${limit(hard)} hard`
  const state = hard < 1024 ? 'problem' : hard < 20_000 ? 'note' : 'ok'
  const how =
    platform === 'darwin'
      ? 'sudo launchctl limit maxfiles 65536 200000'
      : 'ulimit -n 65536, or LimitNOFILE=65536 in a systemd unit, or "* hard nofile 65536" in /etc/security/limits.conf'
  return finding('Open files', value, state, `one worker holds at most about ${limit(hard)} connections: ${how}`)
}

function ports({ ephemeralPorts, platform }: Machine): Finding | undefined {
  if (ephemeralPorts === undefined) return undefined
  const count = ephemeralPorts.to - ephemeralPorts.from + 1
  const how =
    platform === 'darwin'
      ? 'sudo sysctl -w net.inet.ip.portrange.first=10000'
      : "sudo sysctl -w net.ipv4.ip_local_port_range='10000 65000'"
  return finding(
    'Local ports',
    `${ephemeralPorts.from}-${ephemeralPorts.to} (${count})`,
    count < 16_000 ? 'note' : 'ok',
    `one source address opens at most ${count} connections to one target: ${how}, or spread over several addresses with --local-ips`,
  )
}

function backlog({ acceptBacklog }: Machine): Finding | undefined {
  if (acceptBacklog === undefined) return undefined
  return finding(
    'Accept backlog',
    String(acceptBacklog),
    acceptBacklog < 1024 ? 'note' : 'ok',
    'matters when the target runs on this machine: sudo sysctl -w net.core.somaxconn=4096',
  )
}

function certificates({ extraCertificates }: Machine): Finding | undefined {
  if (extraCertificates === undefined || extraCertificates === '') return undefined
  return finding(
    'NODE_EXTRA_CA_CERTS',
    extraCertificates,
    'note',
    'it is trusted, and costs each worker about 50 ms at its start',
  )
}

function finding(what: string, value: string, state: Finding['state'], advice: string): Finding {
  return { what, value, state, advice: state === 'ok' ? undefined : advice }
}

function limit(count: number): string {
  return Number.isFinite(count) ? String(count) : 'unlimited'
}

function plural(count: number, noun: string): string {
  return count === 1 ? noun : `${noun}s`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
