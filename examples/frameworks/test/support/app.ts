import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'

const STORE = new URL('store.mjs', import.meta.url)

/** An example that runs. */
export interface Running {
  readonly url: string
  readonly child: ChildProcess
  /** Make its store fail, or work again. */
  failing(failing: boolean): void
  stop(): Promise<void>
}

/** How to start an example in a folder. */
export interface Start {
  folder: string
  command: [program: string, ...args: string[]]
  env?: Record<string, string> | undefined
}

/** Start an example whose store is that of the tests. */
export async function startExample({ folder, command, env = {} }: Start): Promise<Running> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const switchFile = join(folder, `failing-${port}`)
  await installStore(folder)
  const [program, ...args] = command
  const child = spawn(program, args, {
    cwd: folder,
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      PORT: String(port),
      HOST: '127.0.0.1',
      // Without it, SvelteKit takes every request for one over HTTPS.
      PROTOCOL_HEADER: 'x-forwarded-proto',
      SESSION_SECRET: 'a secret of thirty-two characters',
      SESSION_STORE: `store-of-tests:${switchFile}`,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // In a group of its own, which ends as a whole.
    detached: true,
  })
  await answers(url, child)
  return {
    url,
    child,
    failing(failing) {
      if (failing) writeFileSync(switchFile, '')
      else rmSync(switchFile, { force: true })
    },
    async stop() {
      const ended = child.exitCode === null ? once(child, 'exit') : undefined
      if (child.exitCode === null) process.kill(-child.pid!, 'SIGKILL')
      await ended
      rmSync(switchFile, { force: true })
    },
  }
}

/** The package `store-of-tests`, by which `openStore` finds the store. */
async function installStore(folder: string): Promise<void> {
  const place = join(folder, 'node_modules/store-of-tests')
  await mkdir(place, { recursive: true })
  const manifest = { name: 'store-of-tests', version: '0.0.0', type: 'module', exports: './store.mjs' }
  await writeFile(join(place, 'package.json'), JSON.stringify(manifest))
  await writeFile(join(place, 'store.mjs'), await readFile(STORE))
}

/** Wait until the server answers, or fail with what its process has said. */
async function answers(url: string, child: ChildProcess): Promise<void> {
  let said = ''
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', text => {
      said += text
    })
  }
  while (child.exitCode === null) {
    const reply = await fetch(url).catch(() => undefined)
    if (reply) return void (await reply.text())
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  throw new Error(`The example has ended: ${said}`)
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  await once(probe, 'close')
  return port
}
