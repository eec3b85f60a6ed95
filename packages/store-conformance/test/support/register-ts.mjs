// Lets a child process load TypeScript on a Node that does not strip types by itself.
import { register } from 'node:module'

if (!process.features.typescript) register('./ts-hooks.mjs', import.meta.url)
