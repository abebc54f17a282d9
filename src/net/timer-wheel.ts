/** What a wheel calls when time is up. Must not throw. */
export interface Expirable {
  expired(): void
}

/**
 * One timeout, reusable for ever: arm it, cancel it, arm it again, without allocating. Belongs to one wheel at a time.
 * The links are the wheel's; nobody else touches them.
 */
export class WheelEntry {
  readonly target: Expirable
  next: WheelEntry | undefined
  previous: WheelEntry | undefined
  /** Tick at which it expires; -1 while it is not armed. */
  dueTick = -1

  constructor(target: Expirable) {
    this.target = target
  }

  get isArmed(): boolean {
    return this.dueTick >= 0
  }
}

export interface TimerWheelOptions {
  /** Resolution; entries expire up to two ticks late, never early. */
  readonly tickMs: number
  /** Any monotonic clock in ms. */
  readonly nowMs: () => number
}

const slotCount = 512

/**
 * Coarse timeouts for very many things at once: arming and cancelling cost O(1) and no Node timer; one interval runs
 * while anything is armed, and one tick longer; it does not keep the process alive. A hashed wheel: an entry farther away than one turn
 * stays in its slot for several turns (Varghese and Lauck 1987, scheme 6).
 */
export class TimerWheel {
  readonly #tickMs: number
  readonly #nowMs: () => number
  readonly #zeroMs: number
  /** Head of each slot's ring. */
  readonly #slots: WheelEntry[] = []
  /** The last tick that was expired. */
  #tick = 0
  #armedCount = 0
  #timer: NodeJS.Timeout | undefined

  constructor({ tickMs, nowMs }: TimerWheelOptions) {
    this.#tickMs = tickMs
    this.#nowMs = nowMs
    this.#zeroMs = nowMs()
    for (let index = 0; index < slotCount; index++) this.#slots.push(ring())
  }

  /** Entries that wait. */
  get armedCount(): number {
    return this.#armedCount
  }

  /** Calls `target.expired()` once `delayMs` are over. Allocates the entry: keep it and use `arm` for the next time. */
  add(delayMs: number, target: Expirable): WheelEntry {
    const entry = new WheelEntry(target)
    this.arm(entry, delayMs)
    return entry
  }

  /** Arms an entry (again). `nowMs` saves a clock reading when the caller has one at hand; same clock as the wheel's. */
  arm(entry: WheelEntry, delayMs: number, nowMs: number = this.#nowMs()): void {
    if (entry.dueTick >= 0) this.cancel(entry)
    if (this.#timer === undefined) this.#wake(nowMs)
    const tick = Math.ceil((nowMs - this.#zeroMs + delayMs) / this.#tickMs)
    entry.dueTick = tick > this.#tick ? tick : this.#tick + 1
    const head = this.#slots[entry.dueTick & (slotCount - 1)] as WheelEntry
    const last = head.previous as WheelEntry
    entry.previous = last
    entry.next = head
    last.next = entry
    head.previous = entry
    this.#armedCount++
  }

  /** Disarms an entry; nothing happens when it is not armed. */
  cancel(entry: WheelEntry): void {
    if (entry.dueTick < 0) return
    entry.dueTick = -1
    const { previous, next } = entry
    if (previous) previous.next = next
    if (next) next.previous = previous
    entry.previous = undefined
    entry.next = undefined
    this.#armedCount--
  }

  /** Expires everything due by now. The interval calls it; tests with a clock of their own may. */
  advance(): void {
    // Not on the last cancel: a lone VU would start and stop the interval with every request.
    if (this.#armedCount === 0) return this.#sleep()
    const tick = Math.floor((this.#nowMs() - this.#zeroMs) / this.#tickMs)
    const from = this.#tick
    if (tick <= from) return
    this.#tick = tick
    // After a long stall one turn visits every slot, so more than one would only repeat it.
    const turns = Math.min(tick - from, slotCount)
    for (let step = 1; step <= turns; step++)
      this.#expireSlot(this.#slots[(tick - turns + step) & (slotCount - 1)] as WheelEntry, tick)
  }

  #expireSlot(head: WheelEntry, tick: number): void {
    // An expired target may arm or cancel any entry, also neighbours: take the due ones out first, then call them.
    const due = ring()
    let entry = head.next as WheelEntry
    while (entry !== head) {
      const next = entry.next as WheelEntry
      if (entry.dueTick <= tick) move(entry, due)
      entry = next
    }
    for (let first = due.next as WheelEntry; first !== due; first = due.next as WheelEntry) {
      this.cancel(first)
      first.target.expired()
    }
  }

  #wake(nowMs: number): void {
    this.#tick = Math.max(this.#tick, Math.floor((nowMs - this.#zeroMs) / this.#tickMs))
    this.#timer = setInterval(() => this.advance(), this.#tickMs)
    this.#timer.unref()
  }

  #sleep(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}

const nobody: Expirable = { expired: () => undefined }

function ring(): WheelEntry {
  const head = new WheelEntry(nobody)
  head.next = head
  head.previous = head
  return head
}

function move(entry: WheelEntry, to: WheelEntry): void {
  const { previous, next } = entry
  if (previous) previous.next = next
  if (next) next.previous = previous
  const last = to.previous as WheelEntry
  entry.previous = last
  entry.next = to
  last.next = entry
  to.previous = entry
}
