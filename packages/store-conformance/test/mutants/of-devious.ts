import type { Devious } from '../devious/devious.ts'
import { newer } from '../devious/index.ts'
import type { Mutant } from './mutant.ts'

function named(name: string): Devious {
  const found = newer.find(store => store.name === name)
  if (!found) throw new Error(`no devious store is called ${name}`)
  return found
}

/** A devious store as the mutant of the rule that was made for its like. */
function mutantOf(name: string, rule: string, message: RegExp): Mutant {
  return { name, rule, message, subject: () => named(name).subject() }
}

/** Mutants of the rules that devious stores have taught. */
export const deviousMutants: readonly Mutant[] = [
  mutantOf('what looks like the JSON of a Buffer is its text', 'RT-27', /another type \(bytes\)/),
  mutantOf('an object with a length is a list', 'RT-27', /another type \(ruler\)/),
  mutantOf('inner fields called cookie are dropped', 'RT-28', /called cookie and expires/),
  mutantOf('names that differ in case are one', 'RT-28', /almost the same/),
  mutantOf('all() leaves browser sessions out', 'ENU-12', /leaves out gave "browser"/),
  mutantOf('length() does not see what another store object has saved', 'ENU-13', /of another store gave 0/),
  mutantOf('clear() leaves large sessions', 'ENU-14', /get\("large"\) after clear/),
  mutantOf('the second all() beside the first is empty', 'ENU-15', /second of two all\(\) at once gave 0/),
  mutantOf('a large session has the default life', 'EXP-24', /250,000 characters, after its end/),
  mutantOf(
    'the timer of a destroyed session ends the next one of that sid',
    'EXP-25',
    /set after destroy\(\)/,
  ),
  mutantOf(
    'the end of a session goes to another one that is set at the same time',
    'EXP-26',
    /beside others that/,
  ),
  mutantOf('lives are cut at thirty days', 'EXP-27', /after 45/),
  mutantOf('touch() does not know texts in cookie.expires', 'TCH-17', /ISO text in cookie.expires/),
  mutantOf('every fiftieth touch() is dropped', 'TCH-18', /one of 60 that were touched/),
  mutantOf(
    'touch() extends only sessions that this store object has saved',
    'TCH-19',
    /neither saved nor read/,
  ),
  mutantOf('the 256th save of a sid is lost', 'API-16', /after set\(\) number 256/),
  mutantOf('set() writes a second time, 150 ms later', 'CON-18', /after a second set/),
  mutantOf('set() looks at the cookie when it gets to it', 'ISO-08', /while set\(\) was under way/),
  mutantOf('after a touch() that failed the next ones do nothing', 'ERR-15', /that follows one that failed/),
  mutantOf(
    'a touch() in another namespace of the same sid within a second is left out',
    'NS-08',
    /touched in both namespaces/,
  ),
]
