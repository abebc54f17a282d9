import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Writable } from 'node:stream'

/** Outlives the coordinator just long enough to kill its workers. */
export interface Guard {
  /** A worker that must not outlive this process; the leader of a process group of its own. */
  watch(pid: number): void
  unwatch(pid: number): void
  /** Ends the guard without touching the workers that are left. */
  close(): void
}

/**
 * The guard: a shell (1 MB) that waits for the end of its standard input, which comes however this process dies. A line
 * is `watch PID START`, `unwatch PID` or `done`. START is the process' start time: a pid that another process has got
 * meanwhile is left alone.
 */
export const guardProgram = `
trap '' INT TERM HUP
watched=' '
while read -r verb pid start; do
  case $verb in
    watch) watched="$watched$pid:$start " ;;
    unwatch)
      left=' '
      for each in $watched; do [ "\${each%%:*}" = "$pid" ] || left="$left$each "; done
      watched=$left ;;
    done) exit 0 ;;
  esac
done
for each in $watched; do
  pid=\${each%%:*}
  start=\${each#*:}
  if [ "$start" != - ]; then
    read -r stat < "/proc/$pid/stat" || continue
    set -- \${stat##*) }
    [ "\${20}" = "$start" ] || continue
  fi
  kill -KILL "-$pid" || kill -KILL "$pid"
done 2>/dev/null
`

/** Starts the guard process; on Windows, which has no shell for it, workers only see their channel close. */
export function startGuard(): Guard {
  if (process.platform === 'win32') return { watch: () => undefined, unwatch: () => undefined, close: () => undefined }
  // Detached: Ctrl-C in a terminal goes to the whole group of the coordinator.
  const shell = spawn('/bin/sh', ['-c', guardProgram], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, env: {}, cwd: '/' })
  shell.unref()
  shell.on('error', () => undefined) // without a guard a stuck worker may be left behind; the run itself is as good
  const stdin: Writable & { unref?(): void } = shell.stdin
  stdin.unref?.()
  stdin.on('error', () => undefined)
  return {
    watch: (pid) => void stdin.write(`watch ${pid} ${startTimeOf(pid)}\n`),
    unwatch: (pid) => void stdin.write(`unwatch ${pid}\n`),
    close: () => void stdin.end('done\n'),
  }
}

/** Field 22 of /proc/PID/stat: ticks from boot to the start of the process. `-` where the system has no such file. */
function startTimeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-'
  } catch {
    return '-'
  }
}
