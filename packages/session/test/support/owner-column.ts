import { expect, it } from 'vitest'
import { useBuilt } from './child.ts'
import { runProcess } from './processes.ts'

const PROCESSES = 6
const ROUNDS = 5

/** A table of sessions in use, which has no column for owners. */
export interface Place {
  /** The first argument of the store's `open`. */
  readonly url: string
  readonly options?: object
  /** How many columns and how many indexes for owners the table has. */
  owners(): Promise<{ columns: number; indexes: number }>
}

/** Several processes begin to use the option `owner` on the same table at the same moment. `prepare` makes a table with one session. */
export function describeOwnerColumn(store: string, Store: string, prepare: () => Promise<Place>): void {
  const built = useBuilt()

  // Opens the store that it is told at the moment that it is told.
  const opener = `
    import { ${Store} } from '@coatcheck/${store}'
    process.on('message', async ({ url, options, at }) => {
      while (Date.now() < at);
      const store = ${Store}.open(url, { ...options, owner: 'user' })
      try {
        await store.set('of ' + process.pid, { cookie: {}, user: 'ada' })
        process.send(await store.countOf('ada') > 0 ? 'stored' : 'lost')
      } catch (error) {
        process.send(error.code + ': ' + error.message)
      }
      await store.close()
    })
    process.send('ready')
  `

  it(`owners: a table in use gets the column and the index once, when ${PROCESSES} processes want it at the same moment`, async () => {
    const openers = Array.from({ length: PROCESSES }, () => runProcess(built.folder, opener))
    await Promise.all(openers.map(opener => opener.message()))
    for (let round = 0; round < ROUNDS; round++) {
      const { url, options, owners } = await prepare()
      expect(await owners()).toEqual({ columns: 0, indexes: 0 })
      const answers = openers.map(opener => opener.message())
      for (const { child } of openers) child.send({ url, options, at: Date.now() + 10 })
      expect(await Promise.all(answers)).toEqual(openers.map(() => 'stored'))
      expect(await owners()).toEqual({ columns: 1, indexes: 1 })
    }
  })
}
