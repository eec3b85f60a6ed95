// Runs the middleware's tests on another Node: `npm run test:runtime -- node26`, and arguments of vitest. Tests of drivers that are
// compiled for the Node of the checkout are not among them.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { getRuntime } from './runtimes.mjs'

const FOLDERS = ['better', 'drop-in', 'doors', 'events'].map(name => `packages/session/test/${name}`)

const [name, ...options] = process.argv.slice(2)
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url))
const run = [vitest, 'run', '--project', 'unit', ...options, ...FOLDERS]
const { status } = spawnSync(await getRuntime(name), run, { stdio: 'inherit' })
process.exitCode = status ?? 1
