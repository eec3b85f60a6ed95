import type { AnyStore, Context, Subject } from '../../src/index.ts'
import { randomFrom, seedFrom } from '../../src/values/random.ts'
import { Client, Database } from '../mutants/database.ts'
import { ReferenceStore } from '../mutants/reference.ts'
import { type StoreClass, subjectOf } from '../mutants/reference-subject.ts'
import { type Fault, faults } from './faults.ts'
import type { Change, Manner } from './manner.ts'
import { manners } from './manners.ts'

/** A store that was put together from parts. */
export interface Generated {
  readonly name: string
  readonly faults: readonly Fault[]
  subject(): Subject
}

function oneOf<T>(random: () => number, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)]!
}

/** A store with one to three of the faults, the same for the same seed and number. */
export function faulty(seed: string, number: number): Generated {
  const random = randomFrom(seedFrom(`${seed}/faulty/${number}`))
  const chosen = new Set([faults[number % faults.length]!])
  for (let more = Math.floor(random() * 3); more > 0; more--) chosen.add(oneOf(random, faults))
  const list = [...chosen]
  const name = `faulty ${number}: ${list.map(fault => fault.name).join(' + ')}`
  const manner = oneOf(random, manners.forms.slice(0, 2))
  return { name, faults: list, subject: () => made(name, [...list, manner]) }
}

/** Sound stores, each in other manners than all before it, the same for the same seed. */
export function sounds(seed: string, count: number): Generated[] {
  const random = randomFrom(seedFrom(`${seed}/sound`))
  const stores = new Map<string, Generated>()
  while (stores.size < count) {
    const chosen = Object.values(manners).map(list => oneOf<Manner>(random, list))
    // What is usual is left out of the name.
    const usual = new Set<Manner>(Object.values(manners).map(([first]) => first!))
    const what = chosen.filter(manner => !usual.has(manner)).map(manner => manner.name)
    const name = `sound: ${what.join(', ') || 'as usual'}`
    stores.set(name, { name, faults: [], subject: () => made(name, chosen) })
  }
  return [...stores.values()]
}

function made(
  name: string,
  parts: readonly { name: string; apply: Change; subject?: Partial<Subject> }[],
): Subject {
  const Store = parts.reduce<StoreClass>(
    (Base, part) => part.apply(Base as typeof ReferenceStore),
    ReferenceStore as StoreClass,
  )
  const subject = subjectOf(Store, { name, ...Object.assign({}, ...parts.map(part => part.subject ?? {})) })
  if (!parts.some(part => part.name === 'sessions in the store object')) return subject
  const create = ({ namespace, ttlMs }: Context): AnyStore =>
    new Store({ client: new Client(new Database()), prefix: namespace, ttlMs })
  return { ...subject, create }
}
