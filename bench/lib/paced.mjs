import { once } from 'node:events'
import { connect } from 'node:net'
import { quantile } from './stats.mjs'

/** Every answer of the application ends with this, which shows that the response is complete. */
const LAST_BYTES = 'Lovelace'

/**
 * Sends requests at a fixed rate, whether or not the server keeps up. A request is due at a fixed time, and waits if no connection is
 * free. Returns quantiles of the latencies in milliseconds. A latency begins when the request is due.
 */
export async function paced(url, { seconds, rate, connections = 32, cookies }) {
  const { hostname, port, pathname } = new URL(url)
  const requests = cookies.map(
    cookie => `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nCookie: ${cookie}\r\n\r\n`,
  )
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(hostname, Number(port))))
  const latencies = []
  const total = Math.round(rate * seconds)
  let sent = 0
  let timer

  await new Promise((resolve, reject) => {
    const idle = [...sockets]
    const begin = performance.now()
    const dueAt = i => begin + (i * 1000) / rate

    function sendDue() {
      while (sent < total && idle.length && dueAt(sent) <= performance.now()) send(idle.shift())
    }

    function send(socket) {
      socket.due = dueAt(sent)
      socket.write(requests[sent++ % requests.length])
    }

    for (const socket of sockets) {
      socket.tail = ''
      socket.on('close', () => reject(new Error('The server closed a connection')))
      socket.on('data', chunk => {
        if (/^HTTP\/1.1 (?!200)/.test(chunk)) return reject(new Error(chunk.split('\r\n', 1)[0]))
        // Some servers send the last byte in a separate chunk.
        socket.tail = (socket.tail + chunk).slice(-LAST_BYTES.length)
        if (socket.tail !== LAST_BYTES) return
        socket.tail = ''
        latencies.push(performance.now() - socket.due)
        idle.push(socket)
        if (latencies.length === total) resolve()
        else sendDue()
      })
    }

    timer = setInterval(sendDue, 1)
  }).finally(() => {
    clearInterval(timer)
    for (const socket of sockets) socket.removeAllListeners('close').destroy()
  })
  return { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) }
}

async function open(hostname, port) {
  const socket = connect({ host: hostname, port, noDelay: true })
  socket.setEncoding('latin1')
  await once(socket, 'connect')
  return socket
}
