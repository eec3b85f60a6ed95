import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { openStore } from '@coatcheck/session/stores'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { CREDENTIALS } from '../../../packages/store-dynamodb/test/support/dynamodb.ts'
import { type Dynamodb, startDynamodb } from '../../../packages/store-dynamodb/test/support/server.ts'
import { blocksOf, blocksOfKind, databaseOf } from '../support/readme-blocks.ts'
import { emptyFolder, runShell, visit } from '../support/readme-folder.ts'

// Each program in each README that needs a database, and the commands of the READMEs that go to one.

const programs = blocksOfKind(/^js runnable$/).filter(databaseOf)
const [inTwoMinutes] = blocksOf('packages/cli/README.md').filter(({ text }) =>
  text.includes('coatcheck doctor'),
)
const elsewhere = ['packages/cli/README.md', 'packages/cli/alias/README.md'].flatMap(file =>
  blocksOf(file).filter(({ text }) => text.startsWith('npx -p coatcheck ')),
)

let folder = ''
let dynamodb: Dynamodb
beforeAll(async () => {
  folder = await emptyFolder()
  dynamodb = await startDynamodb()
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await dynamodb.close()
})

/** The variables that the programs read. */
function urlsOf(block: (typeof programs)[number]): Record<string, string> {
  const urls = {
    redis: () => ({ REDIS_URL: `${inject('redisUrl')}/13` }),
    postgres: () => ({ DATABASE_URL: inject('postgresUrl') }),
    mysql: () => ({ DATABASE_URL: inject('mysqlUrl') }),
    mongodb: () => ({ MONGODB_URL: inject('mongodbUrl') }),
    dynamodb: () => ({
      DYNAMODB_URL: `dynamodb://eu-central-1/programs?endpoint=${dynamodb.url}`,
      ...CREDENTIALS,
    }),
  }
  return urls[databaseOf(block)!]()
}

it('readme: there are programs for each database', () => {
  expect([...new Set(programs.map(databaseOf))].sort()).toEqual([
    'dynamodb',
    'mongodb',
    'mysql',
    'postgres',
    'redis',
  ])
})

it.each(programs)('readme: the program at $place knows a visitor who comes again', async block => {
  const { first, second, other } = await visit(folder, block, { env: urlsOf(block) })
  expect(first).toMatch(/\b1\b/)
  expect(second).toBe(first.replace(/\b1\b/, '2'))
  expect(other).toBe(first)
})

it('readme: the commands of "In two minutes" do what they say, from a SQLite file to PostgreSQL', async () => {
  // With owners, for `sessions` and `logout`.
  const store = await openStore(`sqlite:${folder}/sessions.db`, { owner: 'userId' })
  await store.clear()
  for (const [sid, userId] of Object.entries({ ada: '7', bob: '42', cy: '8' })) {
    await store.set(sid, { cookie: { path: '/' }, userId } as never)
  }
  await store.close()
  const hash = createHash('sha256').update('ada').digest('hex').slice(0, 16)
  const to = `${inject('postgresUrl')}?table=readme_commands`
  const text = inTwoMinutes!.text
    .replaceAll('sha256:5d5b09f6dcb2d53a', `sha256:${hash}`)
    .replace('postgres://localhost/app', `'${to}'`)
    // There is nobody who can be asked.
    .replaceAll(/^npx coatcheck (rm|logout) .*$/gm, '$& --yes')
  expect(text).not.toBe(inTwoMinutes!.text)
  const { code, out } = await runShell(folder, `set -e\n${text}`)
  expect(out).toMatch(/^3\nsha256:/)
  expect(out).toContain('"userId": "<text of 1>"')
  expect(out).toContain('1 session removed')
  expect(out).toMatch(/1 session (ended|removed|logged out)[\s\S]*write and read: correct/)
  expect(out).toContain('1 of 1 session copied')
  expect(code).toBe(0)
  const moved = await openStore(to)
  expect(Object.keys(await moved.all())).toEqual(['cy'])
  await moved.clear()
  await moved.close()
})

it.each(elsewhere)('readme: the command at $place counts the sessions in Redis', async ({ text }) => {
  const command = text.replace('redis://localhost:6379', `'${inject('redisUrl')}?prefix=readme_none:'`)
  expect(await runShell(folder, command)).toEqual({ code: 0, out: '0\n' })
})
