import { UserError } from '../../base/user-error.ts'

/** What a k6 module throws into the script when a call makes no sense: scripts print its name and compare its message. */
export class GoError extends UserError {
  constructor(message: string, hint: string) {
    super('K6_CALL_INVALID', message, { hint })
    this.name = 'GoError'
  }
}
