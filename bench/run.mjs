import { loadavg } from 'node:os'
import * as adapters from './cases/adapters.mjs'
import * as importTime from './cases/import.mjs'
import * as install from './cases/install.mjs'
import * as json from './cases/json.mjs'
import * as large from './cases/large.mjs'
import * as latency from './cases/latency.mjs'
import * as operations from './cases/operations.mjs'
import * as overhead from './cases/overhead.mjs'
import * as peers from './cases/peers.mjs'
import * as pipelining from './cases/pipelining.mjs'
import * as requests from './cases/requests.mjs'
import * as roundTrips from './cases/round-trips.mjs'
import * as scale from './cases/scale.mjs'
import * as security from './cases/security.mjs'
import * as sqliteDrivers from './cases/sqlite-drivers.mjs'
import { closeDatabases, takeServerVersions } from './lib/databases.mjs'
import { describeMachine } from './lib/machine.mjs'
import { print, writePage } from './lib/report.mjs'
import { readResults, writeResults } from './lib/results.mjs'

/** The cases in the order of the page. `requests` runs once for each database. */
const CASES = {
  peers,
  overhead,
  redis: requests.on('redis'),
  postgres: requests.on('postgres'),
  mysql: requests.on('mysql'),
  sqlite: requests.on('sqlite'),
  mongodb: requests.on('mongodb'),
  adapters,
  'round-trips': roundTrips,
  operations,
  'sqlite-drivers': sqliteDrivers,
  pipelining,
  json,
  large,
  latency,
  scale,
  security,
  install,
  import: importTime,
}

/** Runs these cases, or all. A full run replaces the results of its cases on the page; a quick run only prints them. */
export async function run({ names, quick }) {
  const unknown = names.filter(name => !(name in CASES))
  if (unknown.length) {
    throw new Error(`Unknown case: ${unknown.join(', ')}. The cases are ${Object.keys(CASES).join(', ')}`)
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
        servers: takeServerVersions(),
        loadBefore,
        date: new Date().toISOString(),
      }
      print(result)
      results[name] = result
      // Written after each case, so that an interrupted run keeps its results.
      if (!quick) writeResults(results, Object.keys(CASES))
    }
  } finally {
    await closeDatabases()
  }
  if (!quick) writePage(readResults())
}
