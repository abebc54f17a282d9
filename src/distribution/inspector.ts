import { WebSocket } from 'ws'
import { deferred } from '../base/deferred.ts'

/** The function that a process is in, as V8 names it. Line and column count from 1. */
export interface RunningFrame {
  readonly functionName: string
  readonly url: string
  readonly line: number
  readonly column: number
}

interface CallFrame {
  readonly functionName: string
  readonly location: { readonly scriptId: string; readonly lineNumber: number; readonly columnNumber?: number }
}

interface InspectorMessage {
  readonly method?: string
  readonly params?: { readonly scriptId?: string; readonly url?: string; readonly callFrames?: readonly CallFrame[] }
}

/**
 * Stops a process at its inspector for a moment and tells where it was, innermost frame first; then lets it go on, or
 * ends the code that was running (`terminate`: an exception that the code cannot catch). Empty when the process runs
 * no JavaScript within `timeoutMs`: it is idle, or stuck in native code.
 */
export async function pauseAndLook(
  url: string,
  options: { terminate: boolean; timeoutMs: number },
): Promise<readonly RunningFrame[]> {
  const socket = new WebSocket(url, { perMessageDeflate: false, handshakeTimeout: options.timeoutMs })
  const done = deferred<readonly RunningFrame[]>()
  const timer = setTimeout(() => done.resolve([]), options.timeoutMs)
  const urls = new Map<string, string>()
  let id = 0
  const command = (method: string, params: object = {}): void => socket.send(JSON.stringify({ id: ++id, method, params }))
  socket.on('open', () => {
    command('Debugger.enable')
    command('Debugger.pause')
  })
  socket.on('message', (data: Buffer) => {
    const { method, params = {} } = JSON.parse(data.toString()) as InspectorMessage
    // Frames come without the name of their script.
    if (method === 'Debugger.scriptParsed') urls.set(params.scriptId ?? '', params.url ?? '')
    if (method !== 'Debugger.paused') return
    command('Debugger.resume', { terminateOnResume: options.terminate })
    done.resolve((params.callFrames ?? []).map((frame) => frameOf(frame, urls)))
  })
  socket.on('error', () => done.resolve([]))
  socket.on('close', () => done.resolve([]))
  const frames = await done.promise
  clearTimeout(timer)
  if (socket.readyState === WebSocket.OPEN) {
    // A pause that did not happen yet must not stop the process later, with nobody there to let it go on.
    command('Debugger.disable')
    socket.close()
    const closing = setTimeout(() => socket.terminate(), 500)
    socket.once('close', () => clearTimeout(closing))
  } else {
    socket.terminate()
  }
  return frames
}

function frameOf(frame: CallFrame, urls: ReadonlyMap<string, string>): RunningFrame {
  return {
    functionName: frame.functionName === '' ? '(anonymous)' : frame.functionName,
    url: urls.get(frame.location.scriptId) ?? '',
    line: frame.location.lineNumber + 1,
    column: (frame.location.columnNumber ?? 0) + 1,
  }
}
