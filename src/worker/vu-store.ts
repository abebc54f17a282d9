import type { Vu } from '../vu/vu.ts'

/** All VUs of this worker. Scenarios that do not overlap in time share them; a VU keeps its module state across scenarios. */
export class VuStore {
  readonly #make: (localIndex: number) => Promise<Vu>
  /** Idle VUs as a binary heap, lowest id on top. */
  readonly #idle: Vu[] = []
  readonly #all: Vu[] = []

  /** `make` initialises the VU with this local index (from 0); it rejects when the script's init throws. */
  constructor(make: (localIndex: number) => Promise<Vu>) {
    this.#make = make
  }

  get count(): number {
    return this.#all.length
  }

  /** VUs that somebody has taken and not given back. */
  get takenCount(): number {
    return this.#all.length - this.#idle.length
  }

  /** Whether `take` would give a VU that can run an iteration, possibly after some that cannot. */
  get hasUsable(): boolean {
    return this.#idle.some((vu) => vu.interruption === undefined)
  }

  async add(): Promise<void> {
    const index = this.#all.length
    const vu = await this.#make(index)
    this.#all.push(vu)
    this.give(vu)
  }

  take(): Vu | undefined {
    const heap = this.#idle
    const top = heap[0]
    const last = heap.pop()
    if (top === undefined || last === undefined || top === last) return top
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      const leftVu = heap[left]
      if (leftVu === undefined) break
      const rightVu = heap[left + 1]
      const child = rightVu !== undefined && rightVu.id < leftVu.id ? left + 1 : left
      const childVu = heap[child] as Vu
      if (last.id <= childVu.id) break
      heap[at] = childVu
      at = child
    }
    heap[at] = last
    return top
  }

  give(vu: Vu): void {
    const heap = this.#idle
    let at = heap.length
    heap.push(vu)
    while (at > 0) {
      const parent = (at - 1) >> 1
      const parentVu = heap[parent] as Vu
      if (parentVu.id <= vu.id) break
      heap[at] = parentVu
      at = parent
    }
    heap[at] = vu
  }

  forEach(visit: (vu: Vu) => void): void {
    this.#all.forEach(visit)
  }

  retireAll(): void {
    for (const vu of this.#all) vu.retire()
  }
}
