import { runWorker } from '../worker/run-worker.ts'
import { workerChannel } from '../wire/channel.ts'

// The entry of a worker process, started by the coordinator with a channel on descriptor 3.
const channel = workerChannel()
channel.onClose(() => process.exit())
const worker = runWorker(channel)
// Node would end the process, and with it the run of all its VUs.
process.on('unhandledRejection', (reason) => worker.rejected(reason))
