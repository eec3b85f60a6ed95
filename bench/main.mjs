// Measures Coatcheck and its peers: `npm run bench`, or some of the cases: `npm run bench -- overhead redis --quick`.
import { run } from './run.mjs'

const args = process.argv.slice(2)
const unknown = args.filter(arg => arg.startsWith('--') && arg !== '--quick')
if (unknown.length) throw new Error(`Unknown option: ${unknown.join(', ')}. The only option is --quick`)

await run({ names: args.filter(arg => !arg.startsWith('--')), quick: args.includes('--quick') })
