import { ratio, us, usRange } from '../lib/units.mjs'
import { compare, measureOverhead, QUICK, roundsOf, THOROUGH } from './overhead.mjs'

const AIM = 1 / 3
const PATHS = ['read', 'write']
const KILOBYTES = 100
const CONNECTIONS = 64
const SESSIONS = 200

/** Measures the overhead of sessions of 100 KB. */
export async function measure({ quick }) {
  const pace = quick ? QUICK : THOROUGH
  const samples = await measureOverhead({
    paths: PATHS,
    ...pace,
    connections: CONNECTIONS,
    sessions: SESSIONS,
    kilobytes: KILOBYTES,
  })
  const figures = Object.fromEntries(PATHS.map(path => [path, compare(samples[path])]))
  const perByte = ({ median }) => `${((median * 1000) / (KILOBYTES * 1000)).toFixed(1)} ns`
  return {
    title: `Sessions of ${KILOBYTES} KB`,
    method: `CPU time of the server per request above bare \`node:http\`, session.MemoryStore, ${CONNECTIONS} requests in flight, ${roundsOf(pace)}`,
    columns: ['request', 'bare http', 'Coatcheck', 'express-session', 'per byte', 'ratio'],
    rows: PATHS.map(path => {
      const { bare, ours, theirs, times } = figures[path]
      return [
        path,
        us(bare.median),
        usRange(ours),
        usRange(theirs),
        `${perByte(ours)} and ${perByte(theirs)}`,
        ratio(times),
      ]
    }),
    aims: PATHS.map(path => {
      const { times } = figures[path]
      return {
        aim: `${KILOBYTES} KB, "${path}": overhead per byte at most ${AIM.toFixed(2)} of express-session's`,
        seen: ratio(times),
        met: times.median <= AIM,
      }
    }),
    figures,
  }
}
