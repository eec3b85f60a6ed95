import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { promisify } from 'node:util'

const run = promisify(execFile)
const NETWORKS = '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}'

/**
 * Returns the URL of a server at the address of its container, or `url` itself if that address cannot be reached. A published port
 * goes through Docker's proxy, which uses more CPU on a small machine than the server does.
 */
export async function directUrl(url) {
  const direct = new URL(url)
  try {
    const { stdout: id } = await run('docker', ['ps', '--quiet', '--filter', `publish=${direct.port}`])
    const { stdout: addresses } = await run('docker', ['inspect', '--format', NETWORKS, id.trim()])
    direct.hostname = addresses.split(/\s+/).find(Boolean)
    await reach(direct)
    return direct.href
  } catch {
    return url
  }
}

async function reach({ hostname, port }) {
  const socket = connect(Number(port), hostname)
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(1000) })
  } finally {
    socket.destroy()
  }
}
