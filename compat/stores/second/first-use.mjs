// A process that makes a store on an empty database and uses it at once: `node first-use.mjs SUBJECT NAMESPACE SID`.
import { pathToFileURL } from 'node:url'
import { call, make, outcome, show } from './store.mjs'

const [file, namespace, sid] = process.argv.slice(2)
process.on('uncaughtException', error => end(error))
process.on('unhandledRejection', error => end(error))

const { default: subject } = await import(pathToFileURL(file).href)
await subject.setup?.()
const { error } = await outcome(
  (async () => {
    const store = await subject.create({ namespace, fresh: true, chaos: client => client })
    return call(store, 'set', sid, make({ n: 1 }))
  })(),
)
end(error)

function end(error) {
  process.send(error ? show(error) : 'ok', () => process.exit())
}
