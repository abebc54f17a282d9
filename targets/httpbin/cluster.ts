import cluster, { type Worker } from 'node:cluster'
import type { Answer, Fleet, Question } from './control/fleet.ts'
import type { Ports } from './listeners.ts'
import type { TargetStart } from './start.ts'

type ToWorker =
  | { readonly type: 'start'; readonly start: TargetStart }
  | { readonly type: 'question'; readonly id: number; readonly question: Question }
  | { readonly type: 'answers'; readonly id: number; readonly answers: readonly Answer[] }

type FromWorker =
  | { readonly type: 'hello' }
  | { readonly type: 'ready'; readonly ports: Ports }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'ask'; readonly id: number; readonly question: Question }
  | { readonly type: 'answer'; readonly id: number; readonly answer: Answer }

interface Round {
  readonly asker: Worker
  readonly askerId: number
  readonly answers: Answer[]
  left: number
}

/**
 * Starts `count` processes that share the ports. Resolves when all listen; rejects when one cannot. `onLoss` is called
 * when one of them ends later: its counts are lost, so the target as a whole is no longer true.
 */
export async function startWorkers(start: TargetStart, count: number, onLoss: (reason: string) => void): Promise<Ports> {
  cluster.setupPrimary({ args: [], serialization: 'advanced' })
  const rounds = new Map<number, Round>()
  const workers: Worker[] = []
  for (let index = 0; index < count; index++) workers.push(cluster.fork())
  const ready = workers.map(
    (worker, index) =>
      new Promise<Ports>((resolve, reject) => {
        worker.on('message', (message: FromWorker) => {
          if (message.type === 'hello') send(worker, { type: 'start', start: { ...start, workerIndex: index } })
          else if (message.type === 'ready') resolve(message.ports)
          else if (message.type === 'failed') reject(new Error(message.message))
          else if (message.type === 'ask') askAll(workers, rounds, worker, message)
          else collect(rounds, message)
        })
        worker.once('exit', (code, signal) => {
          reject(new Error(`worker ${index} ended at its start`))
          onLoss(`worker ${index} ended (${signal ?? code})`)
        })
      }),
  )
  const [first] = await Promise.all(ready)
  return first as Ports
}

function askAll(
  workers: readonly Worker[],
  rounds: Map<number, Round>,
  asker: Worker,
  message: { id: number; question: Question },
): void {
  // Unique over all askers: workers number their own questions.
  const id = asker.id * 2 ** 32 + message.id
  rounds.set(id, { asker, askerId: message.id, answers: [], left: workers.length })
  for (const worker of workers) send(worker, { type: 'question', id, question: message.question })
}

function collect(rounds: Map<number, Round>, { id, answer }: { id: number; answer: Answer }): void {
  const round = rounds.get(id)
  if (round === undefined) return
  round.answers.push(answer)
  if (--round.left > 0) return
  rounds.delete(id)
  send(round.asker, { type: 'answers', id: round.askerId, answers: round.answers })
}

function send(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message)
}

/** The worker's side: waits for its orders, then answers questions and may ask some itself. */
export class WorkerChannel implements Fleet {
  readonly #open = new Map<number, (answers: readonly Answer[]) => void>()
  #nextId = 1
  #answer: ((question: Question) => Answer) | undefined

  /** Resolves to the orders of the first process; ends this process when the first one is gone. */
  async receiveStart(): Promise<TargetStart> {
    process.on('disconnect', () => process.exit(0))
    return new Promise((resolve) => {
      process.on('message', (message: ToWorker) => {
        if (message.type === 'start') resolve(message.start)
        else if (message.type === 'answers') this.#settle(message.id, message.answers)
        else if (this.#answer !== undefined)
          this.#send({ type: 'answer', id: message.id, answer: this.#answer(message.question) })
      })
      // Orders sent before someone listens would be lost.
      this.#send({ type: 'hello' })
    })
  }

  /** Says that this process listens, and how it answers questions. */
  ready(ports: Ports, answer: (question: Question) => Answer): void {
    this.#answer = answer
    this.#send({ type: 'ready', ports })
  }

  failed(message: string): void {
    this.#send({ type: 'failed', message })
  }

  ask(question: Question): Promise<readonly Answer[]> {
    const id = this.#nextId++
    return new Promise((resolve) => {
      this.#open.set(id, resolve)
      this.#send({ type: 'ask', id, question })
    })
  }

  #settle(id: number, answers: readonly Answer[]): void {
    this.#open.get(id)?.(answers)
    this.#open.delete(id)
  }

  #send(message: FromWorker): void {
    process.send?.(message)
  }
}
