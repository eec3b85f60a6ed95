import { describe, expect, test } from 'vitest'
import { Chaos } from '../src/index.ts'

class Client {
  async read(): Promise<number> {
    return 1
  }
  answer(callback: (error: unknown, value?: number) => void): void {
    setImmediate(callback, null, 2)
  }
  now(): number {
    return 3
  }
  async *scan(): AsyncGenerator<number> {
    yield 4
    yield 5
  }
  prepare(): { run(): number } {
    return new (class Statement {
      run(): number {
        return 6
      }
    })()
  }
}

async function scanned(client: Client): Promise<number[]> {
  const found: number[] = []
  for await (const item of client.scan()) found.push(item)
  return found
}

const answered = (client: Client): Promise<unknown> =>
  new Promise(resolve => client.answer((error, value) => resolve(error ?? value)))

describe('chaos', () => {
  test('undisturbed, every kind of answer stays what it is', async () => {
    const client = new Chaos().wrap(new Client())
    expect([
      await client.read(),
      await answered(client),
      client.now(),
      await scanned(client),
      client.prepare().run(),
    ]).toEqual([1, 2, 3, [4, 5], 6])
  })

  test('down, each kind fails in its own way', async () => {
    const chaos = new Chaos()
    const client = chaos.wrap(new Client())
    const statement = client.prepare()
    client.now()
    statement.run()
    await scanned(client)
    chaos.down()
    await expect(client.read()).rejects.toThrow('connection refused')
    expect(await answered(client)).toBeInstanceOf(Error)
    expect(() => client.now()).toThrow('connection refused')
    expect(() => statement.run()).toThrow('connection refused')
    await expect(scanned(client)).rejects.toThrow('connection refused')
    chaos.up()
    expect(await client.read()).toBe(1)
  })

  test('down after so many commands, all others fail', async () => {
    const chaos = new Chaos()
    const client = chaos.wrap(new Client())
    await client.read()
    chaos.downAfter(2)
    expect([await client.read(), await client.read()]).toEqual([1, 1])
    await expect(client.read()).rejects.toThrow('connection refused')
    await expect(client.read()).rejects.toThrow('connection refused')
    chaos.up()
    expect(await client.read()).toBe(1)
  })

  test('at the gate, commands wait until they are let go one by one', async () => {
    const chaos = new Chaos()
    const client = chaos.wrap(new Client())
    await client.read()
    chaos.gate()
    const order: string[] = []
    const first = client.read().then(() => order.push('first'))
    const second = client.read().then(() => order.push('second'))
    await new Promise(setImmediate)
    expect(chaos.held.map(held => held.method)).toEqual(['read', 'read'])
    chaos.held.splice(1, 1)[0]?.release()
    await second
    chaos.up()
    await first
    expect(order).toEqual(['second', 'first'])
    expect(chaos.takeCounts()).toEqual({ read: 3 })
  })
})

describe('a function in last place', () => {
  class Promises {
    async update(_key: string, change: (value: number) => number): Promise<number> {
      return change(1)
    }
  }

  test('is no callback where a calm call has answered by promise', async () => {
    const chaos = new Chaos()
    const client = chaos.wrap(new Promises())
    expect(await client.update('a', value => value + 1)).toBe(2)
    chaos.down()
    await expect(client.update('a', value => value + 1)).rejects.toThrow('connection refused')
    chaos.up()
    expect(await client.update('a', value => value + 1)).toBe(2)
  })
})
