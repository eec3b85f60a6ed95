import { describe, expect, test } from 'vitest'
import { normalizeSubject, runConformance, UsageError } from '../src/index.ts'
import { subjectOfModule } from '../src/subject/normalize.ts'
import { capabilitiesOf } from '../src/subject/offered.ts'
import { ReferenceStore } from './mutants/reference.ts'

describe('a subject', () => {
  test('is a function, a class, an old-style constructor or an object', async () => {
    const context = { namespace: 'n', fresh: false, chaos: <C>(client: C) => client }
    function Old(this: { made: boolean }): void {
      this.made = true
    }
    Old.prototype.get = () => {}
    const shapes = [
      () => ({ made: true }),
      class {
        made = true
      },
      Old,
      { create: async () => ({ made: true }) },
    ]
    for (const shape of shapes) {
      expect(await normalizeSubject(shape).create(context)).toMatchObject({ made: true })
    }
  })

  test('is found in a module: default, createStore, a named export, a default inside a default', () => {
    const create = (): unknown => ({})
    expect(subjectOfModule({ default: create }).create).toBe(create)
    expect(subjectOfModule({ createStore: create }).create).toBe(create)
    expect(subjectOfModule({ redis: create }, 'redis').create).toBe(create)
    expect(subjectOfModule({ default: { __esModule: true, default: create } }).create).toBe(create)
  })

  test('that is wrong is refused with one sentence', () => {
    expect(() => normalizeSubject(42)).toThrow(UsageError)
    expect(() => normalizeSubject({ create: 1 })).toThrow(
      "The subject's create must be a function; it is a number.",
    )
    expect(() => normalizeSubject({ create() {}, backend: { down() {} } })).toThrow(
      'backend.down but no backend.up',
    )
    expect(() => subjectOfModule({})).toThrow('exports neither a default nor createStore')
  })

  test('wrong options are refused before anything runs', async () => {
    await expect(runConformance(() => ({}), { only: ['XYZ'] })).rejects.toThrow(
      'No rule or family is called "XYZ".',
    )
    await expect(runConformance(() => ({}), { contract: '9' })).rejects.toThrow('There is no contract "9"')
    await expect(runConformance('./nowhere.js')).rejects.toThrow('could not be loaded')
  })

  test('capabilities come from methods and declarations', () => {
    const store = new ReferenceStore({ client: undefined as never, prefix: '' })
    const offered = capabilitiesOf(
      { create: () => store, namespaces: false },
      store,
      new Set(['ttlMs']),
      true,
    )
    expect(offered.has('conditional')).toBe(true)
    expect(offered.has('namespaces')).toBe(false)
    expect(offered.has('defaultTtl')).toBe(true)
    expect(offered.has('shared')).toBe(true)
  })
})
