// `npm run docs` serves the site while it is written, `npm run docs:build` builds it to `site/dist/` and checks each link and anchor.
// `npm run docs:check` checks the same in half the time: the code has no colours, and no page is written for language models.
import { fileURLToPath } from 'node:url'
import { build, createServer } from 'vitepress'
import { writeApi } from './lib/api.mjs'
import { assemble } from './lib/assemble.mjs'
import { checkAnchors } from './lib/check.mjs'
import { pages } from './pages.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))

function fail(wrong) {
  if (wrong.length === 0) return
  console.log(wrong.join('\n'))
  process.exit(1)
}

// A page that throws while it is rendered is built all the same, with a message.
const thrown = []
const { error } = console
console.error = (...args) => {
  thrown.push(String(args[0]))
  error(...args)
}

const [, , task] = process.argv
if (task === 'check') process.env.SITE_PLAIN = 'yes'
fail(assemble(pages))
await writeApi()
if (task === 'serve') {
  const server = await createServer(here)
  await server.listen()
  server.printUrls()
} else {
  await build(here, { outDir: fileURLToPath(new URL('dist', import.meta.url)) })
  fail([...thrown, ...checkAnchors()])
}
