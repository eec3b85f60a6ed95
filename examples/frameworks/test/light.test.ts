import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { io } from 'socket.io-client'
import { expect, it, onTestFinished } from 'vitest'
import { useBuilt } from '../../../packages/session/test/support/child.ts'
import { getRuntime } from '../../../scripts/runtimes.mjs'
import { type Running, startExample } from './support/app.ts'
import { Browser } from './support/browser.ts'
import { describeExample } from './support/describe-example.ts'

// Examples that need nothing but what `npm ci` has installed, and runtimes. Those of large frameworks are in installed.matrix.ts.

const built = useBuilt({ stores: ['store-memory'] })

async function start(name: string, runtime: () => Promise<string[]>): Promise<Running> {
  const folder = join(built.folder, name)
  await cp(fileURLToPath(new URL(`../${name}`, import.meta.url)), folder, { recursive: true })
  const command = [...(await runtime()), 'server.mjs']
  return startExample({ folder, command: command as [string, ...string[]] })
}

const node = async () => [process.execPath]
const bun = async () => [await getRuntime('bun')]
const deno = async () => [await getRuntime('deno'), 'run', '--allow-all', '--no-lock']

describeExample({ name: 'Bun.serve', start: () => start('bun', bun), stream: '/stream' })
describeExample({ name: 'Deno.serve', start: () => start('deno', deno), stream: '/stream' })
describeExample({ name: 'h3', start: () => start('h3', node), stream: '/stream' })
describeExample({
  name: 'tRPC beside Express',
  start: () => start('trpc', node),
  paths: { read: '/trpc/me', count: '/trpc/count', login: '/trpc/login', logout: '/trpc/logout' },
  type: 'application/json',
  posted: 200,
  head: 204,
})
describeExample({ name: 'Socket.IO beside Express', start: () => start('socket.io', node), more: sockets })

function sockets(app: () => Running): void {
  it('socket: sees what requests have stored, saves by itself, and is sent away by a logout', async () => {
    const { url } = app()
    const browser = new Browser(url)
    await browser.post('/login')
    const socket = io(url, { extraHeaders: { cookie: browser.cookie }, reconnection: false })
    onTestFinished(() => void socket.disconnect())
    const count = () => socket.timeout(20_000).emitWithAck('count')
    expect(await count()).toBe('user: Ada, views: 1')
    await browser.post('/count')
    expect(await count()).toBe('user: Ada, views: 3')
    expect(await browser.get('/')).toMatchObject({ user: 'Ada', views: 3 })
    const gone = new Promise(resolve => socket.once('disconnect', resolve))
    await browser.post('/logout')
    await gone
  })
}
