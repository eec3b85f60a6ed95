import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { expect, inject, it, onTestFinished } from 'vitest'
import { useBuilt } from '../../session/test/support/child.ts'
import { runProcess } from '../../session/test/support/processes.ts'
import { failureOf, openStore } from './support/redis.ts'

const built = useBuilt({ stores: ['store-redis'] })

/** The server behind TLS, under a certificate that nobody knows but by its file. */
async function openSecured() {
  const folder = mkdtempSync(join(tmpdir(), 'coatcheck-redis-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const request =
    'req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost'
  execFileSync('openssl', [...request.split(' '), '-keyout', keyFile, '-out', certFile], { stdio: 'ignore' })

  const { hostname, port } = new URL(inject('redisUrl'))
  const options = { key: readFileSync(keyFile), cert: readFileSync(certFile) }
  const server = createServer(options, here => {
    const there = createConnection(Number(port), hostname)
    for (const socket of [here, there]) socket.on('error', () => {})
    here.pipe(there).pipe(here)
  })
  // Clients that do not trust it hang up.
  server.on('tlsClientError', () => {})
  server.listen(0)
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { url: `rediss://localhost:${(server.address() as AddressInfo).port}`, certFile }
}

it('rediss: is TLS, with a server whose certificate is trusted', async () => {
  const { url, certFile } = await openSecured()
  const { ended, lines } = runProcess(
    built.folder,
    `
    import { RedisStore } from '@coatcheck/store-redis'
    const store = RedisStore.open(process.env.REDIS_URL)
    await store.set('a', { user: 'Ada', cookie: { maxAge: 1000 } })
    console.log((await store.get('a')).user)
    await store.destroy('a')
    await store.close()`,
    { REDIS_URL: url, NODE_EXTRA_CA_CERTS: certFile },
  )
  await ended
  expect(lines).toEqual(['Ada'])
})

it('rediss: a server whose certificate is not trusted is not spoken to', async () => {
  const { url } = await openSecured()
  const error = await failureOf(openStore({ timeout: 1000 }, url).get('a'))
  expect(error.name).toMatch(/^(MaxRetriesPerRequestError|SessionError)$/)
})
