import { startRedis } from '@coatcheck/store-conformance/containers'
import { describe, expect, inject, it } from 'vitest'
import { useBuilt } from '../../session/test/support/child.ts'
import { runProcess } from '../../session/test/support/processes.ts'
import { freshPrefix, own } from './support/redis.ts'

describe('a process', () => {
  const built = useBuilt({ stores: ['store-redis'] })
  const use = `
    import { RedisStore } from '@coatcheck/store-redis'
    process.on('warning', warning => { throw warning })
    const store = RedisStore.open(process.env.REDIS_URL, { timeout: 500 })
  `
  const run = (source: string, url: string = inject('redisUrl')) =>
    runProcess(built.folder, use + source, { REDIS_URL: url })

  // In a process of its own, because the test runner has timers that come and go.
  it('client: 1,000 operations and 5 lost connections leave as many listeners and timers as before', async () => {
    const { ended, lines } = run(`
      import { once } from 'node:events'
      import Redis from 'ioredis'
      const [client, admin] = [new Redis(process.env.REDIS_URL), new Redis(process.env.REDIS_URL)]
      client.on('error', () => {})
      await Promise.all([client.ping(), admin.ping()])
      const used = new RedisStore({ client, prefix: '${freshPrefix()}' })
      const session = { cookie: { originalMaxAge: 60_000 } }
      const left = () => ({
        listeners: client.eventNames().map(name => [String(name), client.listenerCount(name)]),
        timers: process.getActiveResourcesInfo().filter(name => name === 'Timeout' || name === 'Immediate').length,
      })
      console.log(JSON.stringify(left()))
      for (let round = 0; round < 5; round++) {
        const reconnected = once(client, 'ready')
        await admin.client('KILL', 'ID', await client.client('ID'))
        await reconnected
        for (let i = 0; i < 50; i++) {
          const sid = String(i)
          await Promise.all([used.set(sid, session), used.get(sid), used.touch(sid, session), used.destroy(sid)])
        }
        await used.length()
      }
      console.log(JSON.stringify(left()))
      client.disconnect()
      admin.disconnect()`)
    await ended
    const [before, after] = lines.map(line => JSON.parse(line))
    expect(before).toEqual({ listeners: [['error', 1]], timers: 0 })
    expect(after).toEqual(before)
  })

  it('process: ends when the store is closed', async () => {
    const { ended, lines } = run(`
      await store.set('a', { cookie: { maxAge: 1000 } })
      await store.close()
      console.log('closed')`)
    await ended
    expect(lines).toEqual(['closed'])
  })

  it('process: ends by itself when its store is not closed', async () => {
    const { ended, lines } = run(`
      await store.set('a', { cookie: { maxAge: 1000 } })
      await Promise.all([store.get('a'), store.get('b'), store.length()])
      console.log('used')`)
    await ended
    expect(lines).toEqual(['used'])
  })

  it('process: waits for what is under way, without a time limit too', async () => {
    const { ended, lines } = run(`
      const patient = RedisStore.open(process.env.REDIS_URL, { timeout: 0 })
      await patient.set('a', { cookie: { originalMaxAge: 1000 } })
      console.log((await patient.get('a')).cookie.originalMaxAge)`)
    await ended
    expect(lines).toEqual(['1000'])
  })

  it.each(['redis://', 'redis+cluster://', 'redis+sentinel://'])(
    'process: %s ends by itself while the server is away',
    async scheme => {
      const url = `${scheme}127.0.0.1:1${scheme.includes('sentinel') ? '/name' : ''}`
      const { ended, lines } = run(`console.log(await store.get('a').catch(({ code }) => code))`, url)
      await ended
      expect(lines).toEqual(['ERR_SESSION_STORE_UNAVAILABLE'])
    },
  )

  it('process: ends by itself after its server went away, and connects again when it is used', async () => {
    const server = await own(startRedis({ dedicated: true }))
    const { ended, lines, child, message } = run(
      `
      await store.set('a', { cookie: {}, user: 'Ada' })
      process.send('ready')
      await new Promise(resolve => process.once('message', resolve))
      console.log(await store.get('a').catch(({ code }) => code))
      process.send('failed')
      await new Promise(resolve => process.once('message', resolve))
      let session
      while (!session) session = await store.get('a').catch(() => {})
      console.log(session.user)
      process.disconnect()`,
      server.url,
    )
    await message()
    await server.stopServer()
    child.send('gone')
    await message()
    await server.startServer()
    child.send('back')
    await ended
    expect(lines).toEqual(['ERR_SESSION_STORE_UNAVAILABLE', 'Ada'])
  })

  it('process: ends when the store was never used', async () => {
    await run('').ended
  })

  it.each(['redis://', 'redis+cluster://', 'redis+sentinel://'])(
    'process: %s ends when the store is closed while the server is away',
    async scheme => {
      const server = await own(startRedis({ dedicated: true }))
      await server.stopServer()
      const url = `${scheme}${new URL(server.url).host}${scheme.includes('sentinel') ? '/name' : ''}`
      const { ended, lines } = run(
        `
        const failures = await Promise.allSettled([store.get('a'), store.set('b', { cookie: {} }), store.length()])
        console.log(failures.map(({ status }) => status).join())
        await store.close()
        console.log('closed')`,
        url,
      )
      await ended
      expect(lines).toEqual(['rejected,rejected,rejected', 'closed'])
    },
  )

  it('process: ends when the store is closed after the server went away', async () => {
    const server = await own(startRedis({ dedicated: true }))
    const { ended, lines, child, message } = run(
      `
      await store.get('a')
      process.send('ready')
      await new Promise(resolve => process.once('message', resolve))
      await store.close()
      console.log('closed')
      process.disconnect()`,
      server.url,
    )
    await message()
    await server.stopServer()
    child.send('gone')
    await ended
    expect(lines).toEqual(['closed'])
  })

  it('process: ends when the store is closed while the server is frozen', async () => {
    const server = await own(startRedis({ dedicated: true }))
    const { ended, lines, child, message } = run(
      `
      await store.get('a')
      process.send('ready')
      await new Promise(resolve => process.once('message', resolve))
      await store.close()
      console.log('closed')
      process.disconnect()`,
      server.url,
    )
    await message()
    await server.pause()
    child.send('frozen')
    await ended
    expect(lines).toEqual(['closed'])
    await server.unpause()
  })

  it('process: where ioredis is not installed, open says how to install it', async () => {
    const { ended, lines } = runProcess(
      built.folder,
      `
      import Module from 'node:module'
      const load = Module._load
      Module._load = (name, ...rest) => {
        if (name === 'ioredis') throw Object.assign(new Error('none'), { code: 'MODULE_NOT_FOUND' })
        return load(name, ...rest)
      }
      const { RedisStore } = await import('@coatcheck/store-redis')
      try {
        RedisStore.open('redis://localhost')
      } catch (error) {
        console.log(error.message)
      }`,
    )
    await ended
    expect(lines).toEqual([
      'RedisStore.open needs the package ioredis: npm install ioredis. In a bundle without that package, pass a client: new RedisStore({ client })',
    ])
  })
})
