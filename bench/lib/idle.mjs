import { once } from 'node:events'
import { connect } from 'node:net'

/**
 * Opens keep-alive connections and sends a request on each, with the cookies in turn. Returns the sockets when all requests are answered, or
 * sent if they are not going to be `answered` soon.
 */
export async function openIdle({ hostname, port, path, cookies, count, answered = true }) {
  const sockets = []
  const lane = async () => {
    while (sockets.length < count) {
      const socket = connect(Number(port), hostname)
      const cookie = cookies[sockets.push(socket) % cookies.length]
      await once(socket, 'connect')
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nCookie: ${cookie}\r\n\r\n`)
      if (!answered) continue
      const [answer] = await once(socket, 'data')
      if (!answer.toString('latin1').startsWith('HTTP/1.1 200')) throw new Error(`${answer}`)
    }
  }
  await Promise.all(Array.from({ length: 50 }, lane))
  return sockets
}
