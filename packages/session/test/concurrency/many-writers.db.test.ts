import { randomUUID } from 'node:crypto'
import { openStore } from '@coatcheck/session/stores'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { useBuilt } from '../support/child.ts'
import { SECRET, signed } from '../support/http.ts'
import { PATIENT, PATIENT_SQL } from '../support/patient.ts'
import { runProcess } from '../support/processes.ts'

const WRITERS = 800

/**
 * Sends as many requests as it is told to a server of its own. All of them read the session, then each adds a key of its own. At the end it
 * tells the codes of the errors that there were.
 */
const PROCESS = `
import http from 'node:http'
import session from '@coatcheck/session'
import { openStore } from '@coatcheck/session/stores'

const { URL, OPTIONS, SECRET, COOKIE, NAME, COUNT } = process.env
const store = await openStore(URL, JSON.parse(OPTIONS))
// A busy machine may take a while for so many requests at once.
const sessions = session.strict({ secret: SECRET, store, storeTimeout: 0 })
let arrived = 0
let go
const gone = new Promise(resolve => { go = resolve })
process.once('message', go)
const server = http.createServer((req, res) => sessions(req, res, async error => {
  if (++arrived === Number(COUNT)) process.send('ready')
  await gone
  if (!error) req.session[NAME + req.url.slice(1)] = 1
  res.statusCode = error ? 500 : 200
  res.end(error?.code ?? error?.message)
}))
server.requestTimeout = 0
server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address()
  const get = path => new Promise((resolve, reject) => {
    http.get({ host: '127.0.0.1', port, path, headers: { cookie: COOKIE } }, res => {
      let text = ''
      res.on('data', data => { text += data }).on('end', () => resolve(text))
    }).on('error', reject)
  })
  const answers = await Promise.all(Array.from({ length: COUNT }, (_, i) => get('/' + i)))
  process.send(answers.filter(Boolean))
  await store.close()
  process.exit()
})
`

describe.each([
  ['Redis', 'store-redis', () => inject('redisUrl'), PATIENT],
  ['PostgreSQL', 'store-postgres', () => inject('postgresUrl'), PATIENT_SQL],
  ['MySQL', 'store-mysql', () => inject('mysqlUrl'), PATIENT_SQL],
  ['MongoDB', 'store-mongodb', () => inject('mongodbUrl'), PATIENT],
] as const)('%s', (_, store, url, options) => {
  const built = useBuilt({ stores: [store] })

  it.each([1, 2])('many writers: all 800 of one session are stored, with %i process(es)', async processes => {
    const sid = randomUUID()
    const look = await openStore(url())
    onTestFinished(() => look.close())
    await look.set(sid, { cookie: { originalMaxAge: 600_000 } } as never)
    const env = {
      URL: url(),
      OPTIONS: JSON.stringify(options),
      SECRET,
      COOKIE: signed(sid),
      COUNT: String(WRITERS / processes),
    }
    const running = Array.from({ length: processes }, (_, i) =>
      runProcess(built.folder, PROCESS, { ...env, NAME: `key${i}-` }),
    )
    expect(await Promise.all(running.map(({ message }) => message()))).toEqual(running.map(() => 'ready'))
    const refused = Promise.all(running.map(({ message }) => message()))
    for (const { child } of running) child.send('go')
    expect(await refused).toEqual(running.map(() => []))
    const { cookie: __, ...keys } = (await look.get(sid)) as object as Record<string, unknown>
    expect(Object.keys(keys)).toHaveLength(WRITERS)
  })
})
