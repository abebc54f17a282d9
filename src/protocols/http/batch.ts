import type { HttpRequestSpec, HttpResponse } from './types.ts'

/**
 * Runs many requests with at most `limit` at once and `limitPerHost` to one host; answers in order. The first rejection
 * rejects the whole, nothing new is started after it.
 */
export function runBatch(
  specs: readonly HttpRequestSpec[],
  limits: { readonly limit: number; readonly limitPerHost: number },
  request: (spec: HttpRequestSpec) => Promise<HttpResponse>,
): Promise<HttpResponse[]> {
  if (specs.length === 0) return Promise.resolve([])
  return new Promise((resolve, reject) => {
    const responses: HttpResponse[] = Array.from({ length: specs.length })
    const activeByHost = new Map<string, number>()
    const waiting = specs.map((spec, index) => ({ spec, index, host: hostOf(spec.url) }))
    let activeCount = 0
    let leftCount = specs.length
    let hasFailed = false
    const startNext = (): void => {
      if (hasFailed) return
      while (activeCount < Math.max(1, limits.limit)) {
        const at = waiting.findIndex(({ host }) => (activeByHost.get(host) ?? 0) < Math.max(1, limits.limitPerHost))
        const [next] = at < 0 ? [] : waiting.splice(at, 1)
        if (next === undefined) return
        activeCount++
        activeByHost.set(next.host, (activeByHost.get(next.host) ?? 0) + 1)
        request(next.spec).then(
          (response) => {
            responses[next.index] = response
            activeCount--
            activeByHost.set(next.host, (activeByHost.get(next.host) ?? 1) - 1)
            if (--leftCount === 0) resolve(responses)
            else startNext()
          },
          (error: unknown) => {
            hasFailed = true
            reject(error)
          },
        )
      }
    }
    startNext()
  })
}

function hostOf(url: string): string {
  return /^[a-z]+:\/\/([^/?#]*)/i.exec(url)?.[1]?.toLowerCase() ?? ''
}
