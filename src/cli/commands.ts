import type { Command } from './command.ts'

interface CommandEntry {
  readonly usage: string
  readonly summary: string
  /** Commands are loaded when they are used: `brunt --version` must not pay for a load engine. */
  load(): Promise<Command>
}

/** Every command, in the order in which help shows them. */
export const commands: Readonly<Record<string, CommandEntry>> = {
  run: {
    usage: '<script>…',
    summary: 'run a test, or several as one suite',
    load: async () => (await import('./run.ts')).runCommand,
  },
  quick: {
    usage: '<url>',
    summary: 'put load on one URL, no script needed',
    load: async () => (await import('./quick.ts')).quickCommand,
  },
  inspect: {
    usage: '<script>',
    summary: 'show the plan that a run would follow',
    load: async () => (await import('./inspect.ts')).inspectCommand,
  },
  new: {
    usage: '[file]',
    summary: 'write a first script',
    load: async () => (await import('./new.ts')).newCommand,
  },
  doctor: {
    usage: '',
    summary: 'check this machine for limits that spoil load tests',
    load: async () => (await import('./doctor.ts')).doctorCommand,
  },
  demo: {
    usage: '',
    summary: 'a sample target and a load test against it, 20 seconds',
    load: async () => (await import('./demo.ts')).demoCommand,
  },
  target: {
    usage: '[name]',
    summary: 'start a sample target to test against',
    load: async () => (await import('./target.ts')).targetCommand,
  },
}
