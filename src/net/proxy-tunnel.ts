import type { Socket } from 'node:net'
import type { Attempt } from './attempt.ts'
import { NetworkError } from './dialer.ts'
import { networkErrorCode, networkErrorOf } from './network-error.ts'

/** More head than any proxy sends. */
const maxHeadBytes = 65_536

/**
 * Asks a proxy for a tunnel (RFC 9110 §9.3.6) over a connected socket that nobody reads yet. Resolves with the socket paused
 * and whatever the far side said already put back to be read next. Rejects with a `NetworkError` when the proxy refuses.
 */
export function openTunnel(
  attempt: Attempt,
  socket: Socket,
  to: { readonly authority: string; readonly authorization: string | undefined },
): Promise<void> {
  const head = [`CONNECT ${to.authority} HTTP/1.1`, `Host: ${to.authority}`]
  if (to.authorization !== undefined) head.push(`Proxy-Authorization: ${to.authorization}`)
  return attempt.until<void>((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0)
    const stop = (): void => {
      socket.pause()
      socket.removeListener('data', onData)
      socket.removeListener('error', onError)
      socket.removeListener('end', onEnd)
    }
    const onData = (chunk: Buffer): void => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
      const end = received.indexOf('\r\n\r\n')
      if (end === -1 && received.length <= maxHeadBytes) return
      stop()
      const refusal = refusalOf(received, end)
      if (refusal !== undefined) return reject(refusal)
      if (received.length > end + 4) socket.unshift(received.subarray(end + 4))
      resolve()
    }
    const onError = (error: Error): void => {
      stop()
      reject(networkErrorOf(error, 'read'))
    }
    const onEnd = (): void => {
      stop()
      reject(new NetworkError(networkErrorCode.dial, 'proxy: the connection was closed before the answer to CONNECT'))
    }
    socket.on('data', onData)
    socket.on('error', onError)
    socket.on('end', onEnd)
    socket.write(`${head.join('\r\n')}\r\n\r\n`, 'latin1')
    socket.resume()
  })
}

function refusalOf(received: Buffer, end: number): NetworkError | undefined {
  const line = received.toString('latin1', 0, Math.min(received.length, 512)).split('\r\n', 1)[0] ?? ''
  const match = /^HTTP\/1\.[01] (\d{3})(?: (.*))?$/.exec(line)
  if (end === -1 || !match) return new NetworkError(networkErrorCode.dial, 'proxy: the answer to CONNECT is not HTTP')
  if (match[1]?.startsWith('2')) return undefined
  const reason = match[2] === undefined || match[2] === '' ? '' : ` (${match[2]})`
  return new NetworkError(networkErrorCode.dial, `proxy: CONNECT was refused with status ${match[1]}${reason}`)
}
