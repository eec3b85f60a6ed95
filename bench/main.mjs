// Coatcheck beside its peers: `npm run bench`, or parts of it: `npm run bench -- overhead redis --quick`.
import { run } from './lib/run.mjs'

const args = process.argv.slice(2)
const unknown = args.filter(arg => arg.startsWith('--') && arg !== '--quick')
if (unknown.length) throw new Error(`Unknown option ${unknown.join(' ')}: there is only --quick`)

await run({ names: args.filter(arg => !arg.startsWith('--')), quick: args.includes('--quick') })
