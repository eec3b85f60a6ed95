import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type OpenStoreOptions, openStore } from '@coatcheck/session/stores'
import { beforeEach, describe, expect, it } from 'vitest'
import { coatcheck, sessionOf, tempFolder } from './support/command.ts'

const [old, current] = [1, 2].map(() => randomBytes(32).toString('base64')) as [string, string]
const SESSION_KEYS = `${current},${old}`

let store = ''
beforeEach(() => {
  store = `sqlite:${join(tempFolder(), 'sessions.db')}`
})

/** Put the sessions of two users into the store, which is opened with these options. */
async function fill(options: OpenStoreOptions): Promise<void> {
  const opened = await openStore(store, options)
  for (const user of ['Ada', 'Bob']) await opened.set(`id of ${user}`, sessionOf({ user }, 3_600_000))
  await opened.close()
}

async function read(sid: string, options: OpenStoreOptions): Promise<unknown> {
  const opened = await openStore(store, options)
  const session = await opened.get(sid).catch(error => error.code)
  await opened.close()
  return session
}

const rows = (out: string) => out.trimEnd().split('\n')

describe('reencrypt', () => {
  it('reencrypt: tells how far it is, and afterwards the old key is not needed', async () => {
    await fill({ encryption: { keys: [old] } })
    const env = { SESSION_STORE: store, SESSION_KEYS }
    const first = await coatcheck(['reencrypt'], { env })
    expect(first).toMatchObject({ code: 0, out: '2 sessions encrypted\n' })
    expect(first.err).toContain('2 of 2 sessions\n')
    expect(await read('id of Ada', { encryption: { keys: [current] } })).toMatchObject({ user: 'Ada' })
    const second = await coatcheck(['reencrypt', '--json'], { env })
    expect(JSON.parse(second.out)).toEqual({ current: 2, encrypted: 0, gone: 0, unreadable: 0 })
  })

  it('reencrypt: sessions in clear are encrypted, and with --hash-ids moved', async () => {
    await fill({})
    const argv = ['reencrypt', '--store', store, '--keys', 'env:KEYS', '--hash-ids']
    expect(await coatcheck(argv, { env: { KEYS: current } })).toMatchObject({ code: 0 })
    expect(await read('id of Bob', { encryption: { keys: [current] }, hashIds: true })).toMatchObject({
      user: 'Bob',
    })
  })

  it('reencrypt: what no key opens is left, and is exit code 1', async () => {
    await fill({ encryption: { keys: [old] } })
    const ended = await coatcheck(['reencrypt', '--store', store], { env: { SESSION_KEYS: current } })
    expect(ended).toMatchObject({ code: 1, out: '0 sessions encrypted, 2 cannot be read with these keys\n' })
    expect(await read('id of Ada', { encryption: { keys: [old] } })).toMatchObject({ user: 'Ada' })
  })

  it.each([
    ['no keys', [], {}, 'No keys: give --keys env:NAME'],
    [
      'a key on the command line',
      ['--keys', old],
      {},
      'The option --keys must be env:NAME, the name of an environment variable: other users can see the command line',
    ],
    [
      'a variable that is not set',
      ['--keys', 'env:NONE'],
      {},
      'The environment variable NONE of the option --keys is not set',
    ],
    [
      'a passphrase',
      ['--keys', 'env:K'],
      { K: 'passphrase' },
      /"encryption.keys\[0\]" must be 32 random bytes/,
    ],
    [
      'a key of hashes on the command line',
      ['--hash-key', current],
      {},
      'The option --hash-key must be env:NAME',
    ],
  ])('reencrypt: with %s it says what is wrong and shows no key', async (_, argv, env, message) => {
    await fill({})
    const ended = await coatcheck(['reencrypt', '--store', store, ...argv], { env })
    expect(ended).toMatchObject({ code: 2, out: '' })
    expect(ended.err).toMatch(message)
    for (const key of [old, current, 'passphrase']) expect(ended.err).not.toContain(key)
  })
})

describe('hashed ids', () => {
  const options = { hashIds: true, encryption: { keys: [current] } }
  const env = { SESSION_KEYS }

  it('ls: shows hashes, by which show and rm find the session; no id is shown', async () => {
    await fill(options)
    const at = ['--store', `${store}?hashIds=true`]
    const listed = rows((await coatcheck(['ls', ...at], { env })).out).map(row => row.split('\t')[0]!)
    expect(listed).toHaveLength(2)
    for (const id of listed) expect(id).toMatch(/^h1\.[\w-]{43}$/)
    const shown = await Promise.all(listed.map(id => coatcheck(['show', id, '--reveal', ...at], { env })))
    expect(shown.map(({ out }) => JSON.parse(out).session.user).sort()).toEqual(['Ada', 'Bob'])
    expect(await coatcheck(['rm', listed[0]!, '--yes', ...at], { env })).toMatchObject({
      out: '1 session removed\n',
    })
    expect(await coatcheck(['rm', listed[0]!, '--yes', ...at], { env })).toMatchObject({ code: 1 })
    expect(rows((await coatcheck(['ls', ...at], { env })).out)).toHaveLength(1)
    for (const { out } of shown) expect(out).not.toContain('id of')
  })

  it('show: whoever has an id finds its session', async () => {
    await fill(options)
    const shown = await coatcheck(['show', 'id of Ada', '--reveal', '--store', `${store}?hashIds=true`], {
      env,
    })
    expect(JSON.parse(shown.out)).toMatchObject({ session: { user: 'Ada' } })
  })

  it('show: the id to which an old id leads is nowhere, neither with nor without --reveal', async () => {
    await fill(options)
    const opened = await openStore(store, options)
    const until = Date.now() + 60_000
    const redirect = sessionOf({}, 60_000)
    Object.assign(redirect.cookie, { 'coatcheck.redirect': { to: 'id of Ada', until } })
    await opened.set('old id', redirect)
    await opened.close()
    for (const more of [[], ['--hash-ids'], ['--reveal'], ['--reveal', '--hash-ids']]) {
      const { out } = await coatcheck(['ls', '--json', '--store', store, ...more], { env })
      for (const row of rows(out)) {
        const shown = await coatcheck(['show', JSON.parse(row).id, '--store', store, ...more], { env })
        expect(out + shown.out + shown.err).not.toMatch(/id of|old id/)
      }
    }
  })

  it('copy: from ids to hashes, and from hashes to hashes, everybody stays logged in', async () => {
    await fill({})
    const [second, third] = ['b', 'c'].map(name => `sqlite:${join(tempFolder(), name)}`)
    const steps = [
      ['copy', store, second!, '--create', '--hash-ids'],
      ['copy', `${second}?hashIds=true`, third!, '--create', '--hash-ids'],
    ]
    for (const argv of steps) {
      const { code, out } = await coatcheck(argv, { env })
      expect([code, out]).toEqual([0, '2 of 2 sessions copied; 2 compared, 0 wrong; TO has 2 sessions\n'])
    }
    store = third!
    expect(await read('id of Ada', options)).toMatchObject({ user: 'Ada' })
  })

  it('copy: --live says that it cannot copy from hashes', async () => {
    await fill(options)
    const to = `sqlite:${join(tempFolder(), 'to')}`
    const { code, err } = await coatcheck(['copy', store, to, '--live', '--create'], { env })
    expect([code, err]).toMatchObject([2, expect.stringContaining('The ids of FROM are hashed')])
  })
})
