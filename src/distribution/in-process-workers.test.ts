import { describe, expect, test } from 'vitest'
import { inProcessWorkers } from './in-process-workers.ts'
import { Ear } from './worker-ear.conformance.ts'

describe('in-process workers', () => {
  test('carry messages both ways in order, as copies, and are lost with a reason', async () => {
    const source = inProcessWorkers((channel) => {
      channel.onMessage((message) => {
        if (message.type === 'call')
          channel.send({ type: 'result', callId: message.callId, json: message.input, error: undefined })
        if (message.type === 'close') channel.close()
      })
      channel.send({ type: 'ready', vus: 1 })
    })
    const [first, second] = await source.open({ workers: 2, lane: 'protocol' })
    if (!first || !second) throw new Error('no workers')
    const [ear, other] = [new Ear(first), new Ear(second)]
    for (const input of ['a', 'b', 'c']) ear.act(input)
    first.send({ type: 'close' })
    await expect(ear.lost).resolves.toBe('closed')
    expect(ear.messages.map((message) => (message.type === 'result' ? message.json : message.type))).toEqual([
      'ready',
      'a',
      'b',
      'c',
    ])
    second.kill()
    await expect(other.lost).resolves.toBe('killed by the coordinator')
    expect([first.workerId, second.workerId]).toEqual(['1', '2'])
    await source.close()
  })
})
