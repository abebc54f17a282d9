import type { WorkerLink } from '../wire/link.ts'
import type { FromWorker } from '../wire/messages.ts'

/** What one worker said, and means to wait for it. */
export class Ear {
  readonly messages: FromWorker[] = []
  readonly lost: Promise<string>
  readonly #link: WorkerLink
  #wake: () => void = () => undefined

  constructor(link: WorkerLink) {
    this.#link = link
    this.lost = new Promise((resolve) => {
      link.listen({
        message: (message) => {
          this.messages.push(message)
          this.#wake()
        },
        lost: resolve,
      })
    })
  }

  act(input: string): void {
    this.#link.send({ type: 'call', callId: 1, name: 'setup', input, timeoutMs: 0 })
  }

  async next<T extends FromWorker['type']>(type: T): Promise<FromWorker & { type: T }> {
    for (;;) {
      const found = this.messages.find((message) => message.type === type)
      if (found) return found as FromWorker & { type: T }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}
