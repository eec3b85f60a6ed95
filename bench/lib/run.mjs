import { loadavg } from 'node:os'
import * as importTime from '../cases/import.mjs'
import * as install from '../cases/install.mjs'
import * as json from '../cases/json.mjs'
import * as large from '../cases/large.mjs'
import * as latency from '../cases/latency.mjs'
import * as operations from '../cases/operations.mjs'
import * as overhead from '../cases/overhead.mjs'
import * as requests from '../cases/requests.mjs'
import * as roundTrips from '../cases/round-trips.mjs'
import { closeDatabases, serverVersions } from './databases.mjs'
import { describeMachine } from './machine.mjs'
import { print, writePage } from './report.mjs'
import { readResults, writeResults } from './results.mjs'

/** In the order of the page. `requests` is run for one database at a time. */
const CASES = {
  overhead,
  redis: requests.on('redis'),
  postgres: requests.on('postgres'),
  sqlite: requests.on('sqlite'),
  mongodb: requests.on('mongodb'),
  'round-trips': roundTrips,
  operations,
  json,
  large,
  latency,
  install,
  import: importTime,
}

/** Run these cases, or all. A full-length run takes the place of its cases' results on the page; a quick one is only printed. */
export async function run({ names, quick }) {
  const unknown = names.filter(name => !(name in CASES))
  if (unknown.length) {
    throw new Error(`There is no case ${unknown.join(', ')}: ${Object.keys(CASES).join(' ')}`)
  }
  const results = readResults()
  const machine = describeMachine()
  process.once('SIGINT', () => closeDatabases().finally(() => process.exit(130)))
  try {
    for (const name of names.length ? names : Object.keys(CASES)) {
      console.log(`\n== ${name}`)
      const [loadBefore] = loadavg()
      const found = await CASES[name].measure({ quick })
      const result = {
        ...found,
        machine,
        servers: serverVersions(),
        loadBefore,
        date: new Date().toISOString(),
      }
      print(result)
      results[name] = result
      // After each case: an interrupted run keeps what it has measured.
      if (!quick) writeResults(results, Object.keys(CASES))
    }
  } finally {
    await closeDatabases()
  }
  if (!quick) writePage(readResults())
}
