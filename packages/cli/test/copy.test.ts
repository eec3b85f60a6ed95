import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { coatcheck, contents, fill, sessionOf, tempFolder } from './support/command.ts'

let [from, to] = ['', '']
beforeEach(() => {
  const folder = tempFolder()
  from = `sqlite:${join(folder, 'from.db')}`
  to = `sqlite:${join(folder, 'to.db')}?table=moved`
})

const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`s${n}`, sessionOf({ n }, 60_000 + n * 1000)]))

describe('copy', () => {
  it('copy: all of them, with their data and lifetimes', async () => {
    await fill(`${from}?ttl=7200000`, { ...many(40), open: sessionOf({ user: 'Ada' }) })
    const began = performance.now()
    const { code, out, err } = await coatcheck(['copy', from, to, '--create'])
    expect(out).toBe('41 of 41 sessions copied; 41 compared, 0 wrong; TO has 41 sessions\n')
    expect(code).toBe(0)
    expect(err.trimEnd().split('\n')).toHaveLength(10)
    expect(err).toContain('41 of 41 sessions\n')
    const [before, after] = [await contents(from), await contents(to)]
    const took = Math.ceil(performance.now() - began)
    expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort())
    const rows = (await coatcheck(['ls', '--json', '--reveal', '--limit', '0', '--store', to])).out
    const open = rows
      .split('\n')
      .map(row => row && JSON.parse(row))
      .find(row => row.id === 'open')
    // It has no end of its own: what was left of it in the one store is left in the other.
    expect(Math.abs(open.ttl - 7_200_000)).toBeLessThan(10_000)
    expect(after.open!.cookie.expires).toBe(null)
    for (const [sid, session] of Object.entries(before)) {
      if (sid !== 'open')
        expect(
          Date.parse(after[sid]!.cookie.expires as never) - Date.parse(session.cookie.expires as never),
        ).toBeLessThanOrEqual(took)
    }
  })

  it('copy: asks before it replaces, and a second run comes to the same', async () => {
    await fill(from, many(5))
    await fill(to, { s1: sessionOf({ n: 'other' }), own: sessionOf({ n: 'own' }) })
    expect((await coatcheck(['copy', from, to])).code).toBe(2)
    expect(await coatcheck(['copy', from, to], { answer: 'n' })).toMatchObject({ code: 2, out: '' })
    expect((await contents(to)).s1).toMatchObject({ n: 'other' })
    for (let round = 0; round < 2; round++) {
      const { code, out } = await coatcheck(['copy', from, to, '--yes', '--json', '--sample', '3'])
      expect([code, JSON.parse(out)]).toEqual([
        0,
        { read: 5, copied: 5, gone: 0, compared: 3, wrong: 0, sessions: 6 },
      ])
    }
    expect((await contents(to)).s1).toMatchObject({ n: 1 })
  })

  it('copy: --live leaves what TO has, and an ended session ended', async () => {
    await fill(from, many(5))
    await fill(to, { s1: sessionOf({ n: 'newer' }) })
    const { migratingStore, openStore } = await import('@coatcheck/session/stores')
    const app = migratingStore({ from: await openStore(from), to: await openStore(to) })
    await app.destroy('s2')
    const { code, out } = await coatcheck(['copy', from, to, '--live', '--json'])
    expect([code, JSON.parse(out)]).toMatchObject([0, { read: 4, copied: 4, wrong: 0 }])
    await app.close()
    const after = await contents(to)
    expect(after.s1).toMatchObject({ n: 'newer' })
    expect(Object.keys(after).filter(sid => !sid.startsWith('coatcheck.gone.'))).toEqual([
      's0',
      's1',
      's3',
      's4',
    ])
    // The note on the ended session is no session for ls.
    expect((await coatcheck(['ls', '--reveal', '--store', to])).out.trimEnd().split('\n')).toHaveLength(4)
  })

  it('copy: a store that does not exist is not made without --create', async () => {
    await fill(from, many(1))
    const path = to.slice('sqlite:'.length).split('?')[0] as string
    const missing = await coatcheck(['copy', from, to])
    expect([missing.code, missing.err]).toEqual([
      1,
      `coatcheck: The session store (SQLite) has no file "${path}"; add --create to make it\n`,
    ])
    expect(existsSync(path)).toBe(false)
    expect((await coatcheck(['copy', from, to, '--create'])).code).toBe(0)
    const other = await coatcheck(['copy', from, `sqlite:${path}`])
    expect([other.code, other.err]).toEqual([
      1,
      'coatcheck: The session store (SQLite) has no table "sessions"; add --create to make it\n',
    ])
  })

  it('copy: --create does not make FROM', async () => {
    const { code, err } = await coatcheck(['copy', from, to, '--create'])
    const path = from.slice('sqlite:'.length)
    expect([code, err]).toEqual([1, `coatcheck: The session store (SQLite) has no file "${path}"\n`])
    expect([path, to.slice('sqlite:'.length).split('?')[0] as string].map(existsSync)).toEqual([false, false])
  })

  it('copy: --rate holds it back', async () => {
    await fill(from, many(5))
    const begin = performance.now()
    await coatcheck(['copy', from, to, '--create', '--rate', '20'])
    // The fifth is due after 200 ms; that it takes longer on a busy machine is no fault.
    expect(performance.now() - begin).toBeGreaterThanOrEqual(195)
  })

  it('copy: from and to may be named by variables', async () => {
    await fill(from, many(2))
    const env = { OLD: from, NEW: to }
    expect(await coatcheck(['copy', 'env:OLD', 'env:NEW', '--create'], { env })).toMatchObject({ code: 0 })
    expect(await coatcheck(['copy', 'env:OLD', 'env:OLD'], { env })).toMatchObject({ code: 2 })
  })
})
