import {
  CreateTableCommand,
  type CreateTableInput,
  UpdateTimeToLiveCommand,
  type UpdateTimeToLiveInput,
} from '@aws-sdk/client-dynamodb'
import { describe, expect, it } from 'vitest'
import { useBuilt } from '../../session/test/support/child.ts'
import { expectToCount, membersOf, readReadme, runExample } from '../../session/test/support/readme.ts'
import { CREDENTIALS, sessionOf, useDynamodb } from './support/dynamodb.ts'

const readme = readReadme(import.meta.url)

describe('the examples', () => {
  const built = useBuilt({ stores: ['store-dynamodb'] })
  const place = useDynamodb()

  it('readme: has two that can be run', () => {
    expect(readme.runnable.map(([title]) => title)).toEqual(['Example', 'Under express-session'])
  })

  it.each(readme.runnable)(
    'readme: the one of "%s" counts, and goes on counting after a restart',
    async (_, source) => {
      const url = `dynamodb://eu-central-1/${place.newTable()}?endpoint=${place.server.url}`
      const env = { ...CREDENTIALS, DYNAMODB_URL: url }
      const logsOut = source.includes('/logout')
      // On a busy machine a process waits for its turn longer than the server takes to answer.
      const patient = source.replace("/sessions')", "/sessions', { timeout: 60_000 })")
      expect(patient).not.toBe(source)
      await expectToCount(() => runExample(built.folder, patient, env), { logsOut, remembers: true })
    },
  )
})

describe('the commands of the AWS CLI', () => {
  const place = useDynamodb()

  it('readme: they create a table that the store uses, with TTL', async () => {
    const [block] = [...readme.section('The table').matchAll(/^```sh\n(.*?)^```$/gms)].map(match => match[1]!)
    const [create, enable] = block!.replace(/\\\n/g, '').trim().split('\n').map(inputOf)
    const TableName = place.newTable()
    const client = place.openClient()
    await client.send(new CreateTableCommand({ ...(create as CreateTableInput), TableName }))
    await client.send(new UpdateTimeToLiveCommand({ ...(enable as UpdateTimeToLiveInput), TableName }))
    const store = place.openStore({ table: TableName, createTable: false })
    await store.set('a', sessionOf({ n: 1 }))
    expect(await store.get('a')).toMatchObject({ n: 1 })
    expect((await store.diagnose()).map(({ name, level }) => [name, level])).toEqual([
      ['packages', 'ok'],
      ['server', 'ok'],
      ['table', 'ok'],
      ['TTL', 'ok'],
    ])
  })
})

/** What the AWS CLI sends for a command: `--table-name x` is `TableName: 'x'`, and `A=1,B=2` a structure. */
function inputOf(command: string): object {
  const options = [...command.matchAll(/--([a-z-]+) (\S+)/g)].map(([, name, value]) => {
    const key = name!.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase())
    if (!value!.includes('=')) return [key, value]
    const fields = value!.split(',').map(field => field.split('=') as [string, string])
    const structure = Object.fromEntries(fields.map(([field, text]) => [field, text === 'true' || text]))
    return [key, /Definitions|Schema/.test(key) ? [structure] : structure]
  })
  return Object.fromEntries(options)
}

describe('the tables', () => {
  it('readme: every option is in it, and no other', () => {
    const own = membersOf(import.meta.url, '../src/options.ts', /^(Layout|\w+Options)$/)
    const common = membersOf(import.meta.url, '../../session/src/store/record-store-options.ts')
    const options = new Set([...own, ...common].filter(name => name !== 'pruneInterval'))
    expect(readme.listed('Options')).toEqual([...options].sort())
    expect(options.size).toBeGreaterThan(10)
  })
})
