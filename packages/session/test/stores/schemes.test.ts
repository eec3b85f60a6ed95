import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { kindOf } from '../../src/open-store/schemes.ts'

type Open = (url: string, options: object) => unknown

/** A URL of each kind whose server nobody has to be, since nothing connects before it is used. */
const urls = {
  memory: 'memory:',
  sqlite: ':memory:',
  redis: 'redis://127.0.0.1:1',
  postgres: 'postgres://127.0.0.1:1/none',
  mysql: 'mysql://127.0.0.1:1/none',
  mongodb: 'mongodb://127.0.0.1:1/none',
  dynamodb: 'dynamodb://eu-central-1/none',
}

/** How a query string writes values of these types; functions and objects cannot be written. */
const types: Record<string, string> = {
  number: 'number',
  boolean: 'boolean',
  string: 'text',
  'number | false': 'number or false',
  // Of these, a query string has the boolean.
  'boolean | RecordKey | HashIdsOptions': 'boolean',
}

interface Declared {
  base: string
  without: string | undefined
  options: Record<string, string>
}

/** The interfaces of options that a folder declares, from their source. */
function interfacesIn(folder: string): Map<string, Declared> {
  const found = new Map<string, Declared>()
  for (const file of readdirSync(new URL(folder, import.meta.url), {
    recursive: true,
    encoding: 'utf8',
  }).filter(name => name.endsWith('.ts'))) {
    const source = readFileSync(new URL(folder + file, import.meta.url), 'utf8')
    const declarations = source.matchAll(
      /interface (\w+)(?: extends (?:Omit<)?(\w+)(?:, '(\w+)'>)?)? \{(.*?)^\}/gms,
    )
    for (const [, name, base, without, body] of declarations) {
      const options = [...body!.matchAll(/^ {2}(\w+)\?: (.*?) \| undefined$/gm)]
      found.set(name!, {
        base: base ?? '',
        without,
        options: Object.fromEntries(options.map(([, option, type]) => [option!, type!])),
      })
    }
  }
  return found
}

const common = interfacesIn('../../src/')

function optionsOf(name: string, declared: Map<string, Declared>): Record<string, string> {
  const own = declared.get(name) ?? common.get(name)
  if (!own) return {}
  const { [own.without ?? '']: _, ...inherited } = optionsOf(own.base, declared)
  return { ...inherited, ...own.options }
}

it.each(Object.keys(urls))('options: a URL of %s may have those of the store, and no others', scheme => {
  const kind = kindOf(scheme)!
  const declared = interfacesIn(`../../../${kind.package.replace('@coatcheck/', '')}/src/`)
  const name = kind.store.replace('Store', scheme === 'memory' ? 'StoreOptions' : 'OpenOptions')
  const writable = Object.entries(optionsOf(name, declared))
    .filter(([, type]) => type in types)
    .map(([option, type]) => [option, types[type]])
  expect(kind.options).toEqual(Object.fromEntries(writable))
  expect(writable.length).toBeGreaterThan(3)
})

it.each(Object.entries(urls))('options: each of %s is one that the store checks', async (scheme, url) => {
  const kind = kindOf(scheme)!
  const exports = await import(kind.package)
  const open: Open = exports[kind.store].open.bind(exports[kind.store])
  for (const option of Object.keys(kind.options)) {
    expect(() => open(url, { [option]: Symbol('wrong') }), option).toThrow(`"${option}" must be`)
  }
})
