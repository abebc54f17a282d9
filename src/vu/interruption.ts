/** What every pending call of an iteration is rejected with when the iteration is interrupted. Not a failure of the script. */
export class IterationInterrupted extends Error {
  constructor(reason: string) {
    super(`the iteration was interrupted: ${reason}`)
    this.name = 'IterationInterrupted'
  }
}

/** Thrown by `execution.abort()` to leave the running iteration; the run ends. */
export class RunAborted extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'RunAborted'
  }
}
