// Looks at one rule of one store with a few lines of its own, which share nothing with the conformance suite:
// `node second/main.mjs subjects/memorystore.mjs EXP-05`. Prints what it saw, as JSON: `{ seen }`, with `seen` missing
// where the store did as the rule says, or `{ failed }` where the program itself could not tell.
import { writeSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { programs } from './programs.mjs'
import { opener, show } from './store.mjs'

const [path, id] = process.argv.slice(2)
const file = resolve(path)
const quiet = () => {}
// What stores leave behind is noted by the programs that look for it.
process.on('uncaughtException', quiet).on('unhandledRejection', quiet)
for (const name of ['log', 'warn', 'error']) console[name] = quiet
setTimeout(() => end({ failed: 'it took longer than two minutes' }), 120_000)

if (!programs[id]) end({ failed: 'there is no second program for this rule' })
try {
  end({ seen: await look(programs[id]) })
} catch (error) {
  end({ failed: show(error) })
}

async function look(program) {
  const { default: subject } = await import(pathToFileURL(file).href)
  await subject.setup?.()
  const context = opener(subject)
  const store = await context.open()
  const putRaw = (sid, text) => subject.backend.putRaw(store.raw, sid, text)
  return program({ ...context, store, putRaw, file })
}

function end(result) {
  writeSync(1, `${JSON.stringify(result)}\n`)
  process.exit()
}
