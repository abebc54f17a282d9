/** Process exit codes. The first group keeps the meaning that users' pipelines already rely on. */
export const exitCode = {
  ok: 0,
  thresholdsFailed: 99,
  setupTimeout: 100,
  teardownTimeout: 101,
  timeout: 102,
  stoppedRemotely: 103,
  invalidConfig: 104,
  interrupted: 105,
  cannotListen: 106,
  scriptException: 107,
  scriptAborted: 108,
  crash: 109,
  markedFailed: 110,
  generatorUnreliable: 120,
  inconclusive: 121,
  experimentAborted: 122,
  partial: 123,
  other: 255,
} as const

export type ExitCode = (typeof exitCode)[keyof typeof exitCode]
