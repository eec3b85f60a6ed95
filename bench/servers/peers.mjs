// A server for a child process: a kind of server without sessions, or with a session package as its README begins.
import { answerParent, usageOf } from './answers.mjs'
import { clear, counted } from './peers/pages.mjs'

// `{ host, who }`: a file of `peers/`, and one of its keys.
const { host, who } = JSON.parse(process.argv[2])
const { serve } = await import(`./peers/${host}.mjs`)

answerParent({ usage: () => usageOf(counted()), clear })
process.send({ port: await serve(who), node: process.version })
