import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import autocannon from 'autocannon'
import { methodOf } from './methods.mjs'

const SCRIPT = fileURLToPath(new URL('requests.lua', import.meta.url))

export const hasWrk = spawnSync('wrk', ['-v']).error === undefined
if (!hasWrk) {
  console.warn(
    'wrk is not on the PATH, so autocannon makes the load. On Debian, `apt-get install wrk` installs it.',
  )
}

/**
 * Sends as many requests as the server answers, for this number of seconds. The requests send the `cookies` in turn; for `undefined`
 * they send no Cookie header. Returns requests per second. Throws if a response is an error, and if there is none.
 */
export async function saturate(url, { seconds, connections = 32, cookies = [undefined] }) {
  const { requests, duration, failed } = hasWrk
    ? await withWrk(url, seconds, connections, cookies)
    : await withAutocannon(url, seconds, connections, cookies)
  // Such a round has no time per request either.
  if (!requests) {
    throw new Error(
      `Nobody answered a request to ${new URL(url).pathname} in ${seconds} s: the machine is too busy to measure`,
    )
  }
  if (failed) throw new Error(`${failed} of ${requests} requests to ${new URL(url).pathname} failed`)
  return requests / duration
}

async function withWrk(url, seconds, connections, cookies) {
  const folder = mkdtempSync(join(tmpdir(), 'coatcheck-bench-'))
  try {
    const file = join(folder, 'cookies')
    writeFileSync(file, cookies.map(cookie => `${cookie ?? '-'}\n`).join(''))
    const method = methodOf(new URL(url).pathname)
    const args = [
      '-t1',
      `-c${connections}`,
      `-d${seconds}`,
      '--timeout',
      '20',
      '-s',
      SCRIPT,
      url,
      '--',
      method,
      file,
    ]
    const { stdout } = await promisify(execFile)('wrk', args)
    const { requests, us, failed } = JSON.parse(stdout.trim().split('\n').at(-1))
    return { requests, duration: us / 1e6, failed }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function withAutocannon(url, seconds, connections, cookies) {
  const { requests, duration, errors, non2xx } = await autocannon({
    url,
    connections,
    duration: seconds,
    requests: requestsOf(methodOf(new URL(url).pathname), cookies),
  })
  return { requests: requests.total, duration, failed: errors + non2xx }
}

function requestsOf(method, cookies) {
  return cookies.map(cookie => ({ method, headers: cookie ? { cookie } : {} }))
}
