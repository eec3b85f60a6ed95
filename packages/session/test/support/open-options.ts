import type { RecordStore } from '@coatcheck/session'
import { describe, expect, it } from 'vitest'

/** A class of stores with a static method `open`. */
export interface OpenedByUrl {
  readonly Store: (new (
    options: never,
  ) => RecordStore) & {
    open(url: string, options?: object): RecordStore
  }
  /** A URL as the message shows it. */
  readonly example: string
  /** One that can be connected to. */
  readonly url: () => string
  /** What is none. */
  readonly noUrls: readonly unknown[]
  /** URLs that cannot be parsed, with `cret` in the password. */
  readonly unparsable: readonly string[]
  /** Options that are true or false. */
  readonly switches: readonly string[]
  /** Something that the constructor takes for a client. */
  readonly client: object
  /** Names that are no options, and those that were probably meant. */
  readonly meant: readonly (readonly [string, string])[]
}

/** What a store refuses when it is opened, and that it says why. */
export function describeOpenOptions(opened: OpenedByUrl): void {
  describe('open', () => {
    itTakesUrls(opened)
    itTakesValues(opened)
    itTakesNames(opened)
  })
}

function itTakesUrls({ Store, example, noUrls, unparsable }: OpenedByUrl): void {
  it.each(noUrls)('open: %j is no URL', url => {
    expect(() => Store.open(url as string)).toThrow(
      new TypeError(`${Store.name}.open needs a URL: ${example}`),
    )
  })

  it.each(unparsable)('open: the error for %j has no password in it', url => {
    let error: unknown
    try {
      Store.open(url)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toMatch(/cannot be parsed: percent-encode special characters/)
    expect(JSON.stringify([error, { ...(error as object) }, (error as Error).stack])).not.toMatch(/cret/)
    expect((error as Error).cause).toBeUndefined()
  })
}

function itTakesValues({ Store, url, switches }: OpenedByUrl): void {
  it.each(['max', 'connectTimeout', 'queryTimeout'])('%s: is a whole number greater than 0', name => {
    for (const value of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, '5', null]) {
      expect(() => Store.open(url(), { [name]: value })).toThrow(
        new TypeError(`The option "${name}" must be a whole number greater than 0 and less than 2 ** 31`),
      )
    }
  })

  it.each(switches)('%s: is true or false', name => {
    expect(() => Store.open(url(), { [name]: 1 })).toThrow(
      new TypeError(`The option "${name}" must be true or false`),
    )
  })
}

function itTakesNames({ Store, url, client, meant: names }: OpenedByUrl): void {
  it.each(names)('%s: is no option, and %s was probably meant', (name, meant) => {
    const error = new TypeError(
      `The option "${name}" is not an option of ${Store.name}; did you mean "${meant}"?`,
    )
    expect(() => Store.open(url(), { [name]: 1 })).toThrow(error)
    expect(() => new Store({ client, [name]: 1 } as never)).toThrow(error)
  })

  it('options: names that are none of the constructor or of open, and those that are like no other', () => {
    const stores: [() => unknown, string][] = [
      [() => new Store({ pool: client } as never), '"pool"'],
      [() => new Store({ client, queryTimeout: 1 } as never), '"queryTimeout"'],
      [() => Store.open(url(), { client }), '"client"'],
      [() => Store.open(url(), { prefix: 'a' }), '"prefix"'],
    ]
    for (const [make, name] of stores) {
      expect(make).toThrow(TypeError)
      expect(make).toThrow(`The option ${name} is not an option of ${Store.name}`)
    }
    expect(() => Store.open(url(), { tabel: undefined })).not.toThrow()
  })
}
