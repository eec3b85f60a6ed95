import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Outcome, startServer, startToEnd, temporaryDirectory } from './support/server.ts'

test('start: tells its address, and keeps the database and the secret in the current directory', async () => {
  const directory = temporaryDirectory()
  const server = await startServer(directory)
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect((await fetch(server.url)).status).toBe(200)
  expect(await server.stop()).toBe(0)
  expect(readFileSync(join(directory, 'demo-sessions.db')).subarray(0, 15).toString()).toBe('SQLite format 3')
  expect(readFileSync(join(directory, 'demo-sessions.db-secret'), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/)
})

test('stop: waits for the request that is under way', async () => {
  const server = await startServer(temporaryDirectory())
  const hanging = fetch(`${server.url}/merge/hang/a`, { method: 'POST' })
  await fetch(server.url)
  expect(await server.stop()).toBe(0)
  expect((await hanging).status).toBe(200)
})

test('port taken: one sentence', async () => {
  const { port } = await startServer(temporaryDirectory())
  const outcome = await startToEnd(temporaryDirectory(), { PORT: port })
  expectSentence(
    outcome,
    `Port ${port} on 127.0.0.1 is taken: stop what listens there, or choose another with PORT.`,
  )
})

test.each(['abc', '-1', '65536', '80.5', '0x50', ' '])('PORT=%j: one sentence', async PORT => {
  const outcome = await startToEnd(temporaryDirectory(), { PORT })
  expectSentence(outcome, `PORT must be a whole number from 0 to 65535, not "${PORT}".`)
})

test('HOST of nobody: one sentence', async () => {
  const outcome = await startToEnd(temporaryDirectory(), { HOST: '192.0.2.1' })
  expectSentence(outcome, /^The demo cannot listen on 192\.0\.2\.1, port 0: .*EADDRNOTAVAIL/)
})

test('database is a directory: one sentence', async () => {
  const directory = temporaryDirectory()
  mkdirSync(join(directory, 'coats.db'))
  const outcome = await startToEnd(directory, { SESSION_DB: 'coats.db' })
  expectSentence(outcome, /^The session database .*coats\.db cannot be opened for writing: .* SESSION_DB\.$/)
})

test('database below a file: one sentence', async () => {
  const directory = temporaryDirectory()
  writeFileSync(join(directory, 'file'), '')
  const outcome = await startToEnd(directory, { SESSION_DB: 'file/coats.db' })
  expectSentence(outcome, /^The session database .*coats\.db cannot be opened for writing: .* SESSION_DB\.$/)
})

test('database is another kind of file: one sentence, and the file stays as it is', async () => {
  const directory = temporaryDirectory()
  const letter = 'Dear Ada, this is a letter.\n'.repeat(50)
  writeFileSync(join(directory, 'letter.txt'), letter)
  const outcome = await startToEnd(directory, { SESSION_DB: 'letter.txt' })
  expectSentence(
    outcome,
    /^The session database .*letter\.txt cannot be opened for writing: file is not a database\./,
  )
  expect(readFileSync(join(directory, 'letter.txt'), 'utf8')).toBe(letter)
})

test('secret file without a secret: one sentence', async () => {
  const directory = temporaryDirectory()
  writeFileSync(join(directory, 'demo-sessions.db-secret'), '\n')
  expectSentence(await startToEnd(directory, {}), /^The file .*-secret holds no secret: delete it/)
})

function expectSentence({ code, stdout, stderr }: Outcome, sentence: string | RegExp): void {
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(stderr.trim()).toMatch(sentence)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
}
