import type { Http1Connection } from './http1-connection.ts'
import type { Origin } from './origin.ts'

/** The HTTP/1 connections of one VU. Nearly always it is one, so the first stands alone and the list is made for the second. */
export class ConnectionPool {
  #first: Http1Connection | undefined
  #others: Http1Connection[] | undefined

  get size(): number {
    return (this.#first === undefined ? 0 : 1) + (this.#others?.length ?? 0)
  }

  /** A connection to `origin` that waits for work. */
  idle(origin: Origin): Http1Connection | undefined {
    const first = this.#first
    if (first !== undefined && first.origin === origin && first.isIdle) return first
    return this.#others?.find((each) => each.origin === origin && each.isIdle)
  }

  add(connection: Http1Connection): void {
    if (this.#first === undefined) this.#first = connection
    else (this.#others ??= []).push(connection)
  }

  remove(connection: Http1Connection): void {
    if (this.#first === connection) this.#first = this.#others?.pop()
    else if (this.#others !== undefined) {
      const at = this.#others.indexOf(connection)
      if (at >= 0) this.#others.splice(at, 1)
    }
    if (this.#others?.length === 0) this.#others = undefined
  }

  /** Closes idle connections of an origin beyond `limit`. */
  trim(origin: Origin, limit: number): void {
    if (this.#others === undefined) return
    const surplus = this.#others.filter((each) => each.origin === origin && each.isIdle).slice(limit)
    for (const each of surplus) each.close()
  }

  /** Closes all connections, those at work included. */
  close(): void {
    const all = [...(this.#others ?? [])]
    if (this.#first !== undefined) all.push(this.#first)
    for (const each of all) each.close()
  }
}
