import { once } from 'node:events'
import { connect } from 'node:net'
import { Worker } from 'node:worker_threads'
import { expect, it, onTestFinished } from 'vitest'
import type { Driver } from '../src/driver.ts'
import { withTimeLimit } from '../src/time-limit.ts'

const LIMIT = 300

/** A server in another thread: it answers `x` to each byte, and counts its answers in `answered`. */
const SERVER = `
  const { workerData, parentPort } = require('node:worker_threads')
  const server = require('node:net').createServer(socket => {
    socket.on('data', bytes => {
      socket.write('x'.repeat(bytes.length), () => {
        Atomics.add(workerData, 0, bytes.length)
        Atomics.notify(workerData, 0)
      })
    })
  })
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))`

it.each([1, 2, 50])(
  'time limit: a process that was busy for longer reads its answers first (%i commands)',
  async count => {
    const answered = new Int32Array(new SharedArrayBuffer(4))
    const worker = new Worker(SERVER, { eval: true, workerData: answered })
    onTestFinished(async () => void (await worker.terminate()))
    const [port] = (await once(worker, 'message')) as [number]
    const socket = connect(port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    await once(socket, 'connect')
    const waiting: (() => void)[] = []
    socket.on('data', bytes => {
      for (let i = 0; i < bytes.length; i++) waiting.shift()?.()
    })
    const driver = {
      command: () =>
        new Promise<unknown>(resolve => {
          waiting.push(() => resolve('x'))
          socket.write('x')
        }),
    } as unknown as Driver
    const limited = withTimeLimit(driver, LIMIT)
    const commands = Array.from({ length: count }, () => limited.command('a', ['get', 'a']))
    // The bytes leave in this turn at the latest; from here on the process is busy until all answers are there, and the limit is over.
    await new Promise(setImmediate)
    while (Atomics.load(answered, 0) < count) Atomics.wait(answered, 0, Atomics.load(answered, 0), 100)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4 * LIMIT)
    expect(await Promise.all(commands)).toEqual(Array.from({ length: count }, () => 'x'))
  },
)

it('time limit: a command without an answer fails, and the next one has its own time', async () => {
  const driver = { command: () => new Promise<unknown>(() => {}) } as unknown as Driver
  const limited = withTimeLimit(driver, LIMIT)
  for (let i = 0; i < 2; i++)
    await expect(limited.command('a', ['get', 'a'])).rejects.toMatchObject({
      code: 'ERR_SESSION_STORE_TIMEOUT',
    })
})
