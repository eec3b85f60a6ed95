import { startMysql } from '@coatcheck/store-conformance/containers'
import mysql, { type Pool } from 'mysql2/promise'
import { expect, onTestFinished, test, vi } from 'vitest'

async function own<T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const server = await starting
  onTestFinished(() => server.stop())
  return server
}

function pool(options: { uri: string }): Pool {
  const made = mysql.createPool(options)
  onTestFinished(() => made.end())
  return made
}

test('mysql: comes back on its port with its data after it was killed', async () => {
  const server = await own(startMysql({ dedicated: true, args: ['--max-connections=42'] }))
  const clients = pool(server.options)
  expect((await clients.query('SELECT @@max_connections AS most'))[0]).toEqual([{ most: 42 }])
  await clients.query('CREATE TABLE t (a int) ENGINE=InnoDB')
  await clients.query('INSERT INTO t VALUES (1)')
  await server.stopServer()
  await expect(clients.query('SELECT a FROM t')).rejects.toThrow()
  await server.startServer()
  expect((await clients.query('SELECT a FROM t'))[0]).toEqual([{ a: 1 }])
  expect(server.version).toMatch(/^\d+\.\d+/)
})

test('mysql: a frozen server answers when it goes on', async () => {
  const server = await own(startMysql({ dedicated: true }))
  const clients = pool(server.options)
  await clients.query('SELECT 1')
  await server.pause()
  const answer = clients.query('SELECT 1 AS a')
  const first = await Promise.race([answer, new Promise(done => setTimeout(done, 300, 'nothing'))])
  expect(first).toBe('nothing')
  await server.unpause()
  expect((await answer)[0]).toEqual([{ a: 1 }])
})

test('mysql: MYSQL_URL is used as it is, and is never stopped', async () => {
  vi.stubEnv('MYSQL_URL', 'mysql://me:secret@example.test/app')
  onTestFinished(() => void vi.unstubAllEnvs())
  const server = await startMysql()
  expect(server).toMatchObject({
    url: 'mysql://me:secret@example.test/app',
    options: { uri: 'mysql://me:secret@example.test/app' },
    version: undefined,
  })
  await expect(server.pause()).rejects.toThrow('start a dedicated one')
  await server.stop()
})
