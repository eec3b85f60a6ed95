import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'

export interface Exchange {
  /** When the first byte came, by `performance.now()`. */
  firstByte: number
  /** Everything that came, as it came. */
  text: string
  head: string
  body: string
}

/** One request on a socket of its own, and all that comes back. */
export async function exchange(url: string, path = '/', method = 'GET'): Promise<Exchange> {
  const { port, hostname, host } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write(`${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
  let firstByte = 0
  const chunks: Buffer[] = []
  socket.on('data', chunk => {
    firstByte ||= performance.now()
    chunks.push(chunk)
  })
  await once(socket, 'close')
  const text = Buffer.concat(chunks).toString()
  const [head = '', body = ''] = text.split(/\r\n\r\n(.*)/s)
  return { firstByte, text, head, body }
}

export interface KeptAlive {
  status: number
  text: string
  /** Whether the connection of an earlier request was used. */
  reused: boolean
}

/** Requests one after another that keep their connection where the server lets them. */
export function keepAlive(url: string): (path?: string) => Promise<KeptAlive> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return (path = '/') =>
    new Promise((resolve, reject) => {
      const req = request(new URL(path, url), { agent }, res => {
        let text = ''
        res.setEncoding('utf8')
        res.on('data', chunk => {
          text += chunk
        })
        res.on('error', reject)
        res.on('end', () => {
          // The socket goes back to the agent in a later turn.
          setImmediate(resolve, { status: res.statusCode!, text, reused: req.reusedSocket })
        })
      })
      req.on('error', reject)
      req.end()
    })
}
