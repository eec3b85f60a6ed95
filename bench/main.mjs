// Measures Coatcheck and its peers: `npm run bench`, or some of the cases: `npm run bench -- overhead redis --quick`.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { isOn, MAIN_NODE, nodeOf } from './lib/runtime.mjs'
import { run } from './run.mjs'

const args = process.argv.slice(2)
const { values, positionals } = parseArgs({
  args,
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, node: { type: 'string', default: MAIN_NODE } },
})

if (isOn(values.node)) await run({ names: positionals, quick: values.quick })
else await runOn(values.node)

/** Runs this program on another Node, so that all it measures is on that one too. */
async function runOn(major) {
  const child = spawn(await nodeOf(major), [process.argv[1], ...args], { stdio: 'inherit' })
  // The terminal interrupts both processes, and this one waits for the other to remove its containers.
  process.on('SIGINT', () => {})
  const [code] = await once(child, 'exit')
  process.exitCode = code ?? 1
}
