import { execFile } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { link } from '../../../packages/session/test/support/child.ts'
import { type Running, runProcess } from '../../../packages/session/test/support/processes.ts'
import { freePort } from '../../../packages/session/test/support/readme.ts'
import { cache, installPacked, published } from './packed.ts'
import { type Block, root } from './readme-blocks.ts'

/** What a reader has installed beside our packages. */
const DRIVERS = ['better-sqlite3', 'ioredis', 'pg', 'mysql2', 'mongodb', 'redis', '@aws-sdk/client-dynamodb']
const HOSTS = [
  'express',
  'express-session',
  'fastify',
  '@fastify/cookie',
  '@fastify/session',
  'koa',
  'hono',
  '@hono/node-server',
]

/** An empty folder, in which the packages are installed as they are published, and what the READMEs say to install beside them. */
export async function emptyFolder(): Promise<string> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'coatcheck-readme-')))
  await installPacked(folder)
  await link(folder, [...DRIVERS, ...HOSTS])
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'app', private: true, type: 'module' }))
  cpSync(join(root, 'packages/cli/alias'), join(folder, 'node_modules/coatcheck'), { recursive: true })
  linkCommands(folder)
  return folder
}

/** As npm does it, so that `npx` finds them without asking the registry. */
function linkCommands(folder: string): void {
  const bin = join(folder, 'node_modules/.bin')
  mkdirSync(bin)
  for (const { name } of published()) {
    const place = join(folder, 'node_modules', name)
    const manifest = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')) as {
      bin?: Record<string, string>
    }
    for (const [command, file] of Object.entries(manifest.bin ?? {})) {
      chmodSync(join(place, file), 0o755)
      symlinkSync(join(place, file), join(bin, command))
    }
  }
}

export interface Ended {
  code: number
  out: string
}

/** npm tells the commands that it runs where it has found them: `npx` would look there, not in the folder. */
function outside(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_|^INIT_CWD$/i.test(name)))
}

/** Run a block of a shell in the folder, from its first line to its last. Nothing is fetched. */
export async function runShell(
  folder: string,
  text: string,
  env: Record<string, string> = {},
): Promise<Ended> {
  const options = {
    cwd: folder,
    env: { ...outside(), NODE_OPTIONS: '', npm_config_offline: 'true', npm_config_cache: cache, ...env },
    timeout: 240_000,
  }
  try {
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', text], options)
    return { code: 0, out: stdout + stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, out: `${stdout}${stderr}` }
  }
}

/** What a program of a README says to a visitor who comes twice, and to somebody else. */
export async function visit(
  folder: string,
  { text }: Pick<Block, 'text'>,
  { env = {}, runtime }: { env?: Record<string, string>; runtime?: string } = {},
): Promise<{ first: string; second: string; other: string }> {
  const port = await freePort()
  const app = runProcess(folder, text, { PORT: port, ...env }, runtime)
  const url = await addressOf(app)
  const [first, cookie] = await pageOf(url)
  const [second] = await pageOf(url, cookie)
  const [other] = await pageOf(url)
  app.child.kill('SIGKILL')
  return { first, second, other }
}

/** What it says, and the cookies that it sets. Read to its end: express-session sends the headers before the session is saved. */
async function pageOf(url: string, cookie = ''): Promise<[text: string, cookie: string]> {
  const response = await fetch(url, { headers: cookie ? { cookie } : {} })
  const cookies = response.headers.getSetCookie().map(line => line.split(';')[0]!)
  return [await response.text(), cookies.join('; ')]
}

/** What it prints first. */
async function addressOf(app: Running): Promise<string> {
  for (;;) {
    const line = app.lines.find(line => /^http:/.test(line))
    if (line) return line.trim()
    const tick = new Promise<string>(resolve => setTimeout(resolve, 50, 'tick'))
    if ((await Promise.race([app.ended, tick])) !== 'tick') throw new Error('It has ended')
  }
}
