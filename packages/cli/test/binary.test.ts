import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCommand, useBuiltCommand } from './support/built.ts'
import { coatcheck, fill, sessionOf, tempFolder } from './support/command.ts'

describe('as a process', () => {
  const built = useBuiltCommand()
  const run = (argv: string[], env: Record<string, string> = {}, cwd = built.folder) =>
    runCommand(built.main, argv, { cwd, env })

  it('process: prints the same as in this one, on SQLite', async () => {
    const SESSION_STORE = `sqlite:${join(tempFolder(), 'sessions.db')}`
    await fill(SESSION_STORE, { a: sessionOf({ user: 'Ada' }), b: sessionOf({ user: 'Bob' }) })
    for (const argv of [
      ['count'],
      ['show', 'a'],
      ['rm', 'a'],
      ['--help'],
      ['--version'],
      ['-v'],
      ['ls', '-h'],
      ['ls', '--what'],
    ]) {
      const own = await coatcheck(argv, { env: { SESSION_STORE } })
      const withoutTime = (text: string) => text.replace(/"(expires|ttl)": .*/g, '')
      const { code, out, err } = await run(argv, { SESSION_STORE })
      expect([argv, code, withoutTime(out), err]).toEqual([argv, own.code, withoutTime(own.out), own.err])
    }
    expect(await run(['rm', 'a', '--yes'], { SESSION_STORE })).toMatchObject({
      code: 0,
      out: '1 session removed\n',
    })
    expect(await run(['count'], { SESSION_STORE })).toEqual({ code: 0, out: '1\n', err: '' })
  })

  it('process: a copy ends by itself, with its lines of progress', async () => {
    const folder = tempFolder()
    const [from, to] = [`sqlite:${folder}/from.db`, `sqlite:${folder}/to.db`]
    await fill(from, Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`s${n}`, sessionOf({ n })])))
    const { code, out, err } = await run(['copy', from, to, '--live', '--create'])
    expect([code, out]).toEqual([0, '20 of 20 sessions copied; 20 compared, 0 wrong; TO has 20 sessions\n'])
    expect(err.trimEnd().split('\n')).toHaveLength(10)
  })

  it('package: one that is missing is told with the npm command', async () => {
    const kinds = {
      'memory:': '@coatcheck/store-memory',
      'redis://:hunter2@localhost': '@coatcheck/store-redis ioredis',
      'postgres://u:hunter2@localhost/app': '@coatcheck/store-postgres pg',
      'mysql://u:hunter2@localhost/app': '@coatcheck/store-mysql mysql2',
      'mariadb://u:hunter2@localhost/app': '@coatcheck/store-mysql mysql2',
      'mongodb://u:hunter2@a,b/app': '@coatcheck/store-mongodb mongodb',
      'dynamodb://eu-central-1/sessions': '@coatcheck/store-dynamodb @aws-sdk/client-dynamodb',
    }
    for (const [url, packages] of Object.entries(kinds)) {
      const { code, err } = await run(['count', '--store', url])
      expect([code, err]).toEqual([
        1,
        expect.stringMatching(new RegExp(`^coatcheck: .* need: npm install ${packages}\n$`)),
      ])
      expect(err).not.toContain('hunter2')
    }
  })

  it('package: a driver that is missing is told with the npm command', async () => {
    const driver = join(built.folder, 'node_modules/better-sqlite3')
    await rm(driver)
    const { code, err } = await run(['count', '--store', 'sqlite::memory:'])
    expect([code, err]).toEqual([1, expect.stringMatching(/^coatcheck: .*npm install better-sqlite3.*\n$/)])
  })

  it('package: is taken from the working directory, though the command lies elsewhere', async () => {
    const folder = tempFolder()
    const place = join(folder, 'node_modules/tiny-store')
    await mkdir(place, { recursive: true })
    await writeFile(
      join(place, 'package.json'),
      '{ "type": "module", "exports": { "import": "./index.js" } }',
    )
    await writeFile(
      join(place, 'index.js'),
      `import { EventEmitter } from 'node:events'
      export default class TinyStore extends EventEmitter {
        static open(url) { return Object.assign(new TinyStore(), { url }) }
        get(sid, done) { setImmediate(done, null, undefined) }
        set(sid, session, done) { setImmediate(done) }
        destroy(sid, done) { setImmediate(done) }
        all(done) { setImmediate(done, null, { [this.url]: { cookie: {} } }) }
      }`,
    )
    const argv = ['ls', '--reveal', '--store', 'tiny-store:whatever']
    expect(await run(argv, {}, folder)).toMatchObject({ code: 0, out: 'whatever\t-\t13\n' })
    expect(await run(argv)).toMatchObject({
      code: 2,
      err: expect.stringContaining('not an installed package'),
    })
  })
})
