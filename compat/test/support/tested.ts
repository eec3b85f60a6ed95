import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { majors } from './nodes.ts'

interface Tested {
  /** What the tests show, for a reader. */
  what: string
  packages: string[]
  /** Below `compat/test`. */
  tests: string[]
}

/** What the README lists. */
export const tested: Tested[] = [
  {
    what: 'Stores of others under ours and under express-session',
    packages: [
      'connect-redis',
      'connect-pg-simple',
      'connect-mongo',
      'memorystore',
      'better-sqlite3-session-store',
    ],
    tests: ['stores/peers.test.ts', 'stores/peers.db.test.ts'],
  },
  {
    what: 'What the reports to authors of stores say',
    packages: [
      'connect-redis',
      'connect-pg-simple',
      'connect-mongo',
      'connect-session-knex',
      'connect-session-sequelize',
    ],
    tests: ['stores/findings.db.test.ts'],
  },
  {
    what: 'Our stores under other hosts, and moving from one to the next',
    packages: ['express-session', '@fastify/session', 'fastify'],
    tests: ['stores/ours.test.ts', 'stores/ours.db.test.ts'],
  },
  {
    what: 'Routers, sub-apps, files, streams, errors, HEAD and 304',
    packages: ['express4', 'express'],
    tests: ['express/express.test.ts'],
  },
  {
    what: 'The bytes of every response, beside express-session',
    packages: ['express-session', 'express'],
    tests: ['express/differential.test.ts'],
  },
  {
    what: 'Fifteen requests in frameworks without an adapter: the middleware, and sessions on Request and Response',
    packages: [
      '@fastify/middie',
      '@fastify/express',
      'koa',
      'koa-connect',
      'h3v1',
      'h3',
      'hono',
      '@hono/node-server',
    ],
    tests: ['frameworks/frameworks.test.ts'],
  },
  {
    what: 'Login, logout and new ids of its session manager',
    packages: ['passport', 'passport-local'],
    tests: ['neighbours/passport.test.ts'],
  },
  {
    what: 'One session for HTTP and sockets',
    packages: ['socket.io', 'ws'],
    tests: ['neighbours/socket.io.test.ts', 'neighbours/ws.test.ts'],
  },
  {
    what: 'Middleware that keeps something in the session, or reads cookies',
    packages: ['csurf', 'csrf-sync', 'connect-flash', 'cookie-parser'],
    tests: [
      'neighbours/csrf.test.ts',
      'neighbours/connect-flash.test.ts',
      'neighbours/cookie-parser.test.ts',
    ],
  },
  {
    what: 'Secure cookies on HTTPS servers and behind proxies, HTTP/2',
    packages: ['connect'],
    tests: ['transport/https.test.ts', 'transport/http2.test.ts'],
  },
  {
    what: 'TypeScript projects: ES modules, CommonJS, a bundler; without and beside the types of express-session',
    packages: ['typescript', '@types/express-session'],
    tests: ['packed/consumers.test.ts'],
  },
  {
    what: 'The quick start of the first page, in an empty folder',
    packages: ['express', 'better-sqlite3'],
    tests: ['packed/quick-start.test.ts'],
  },
  {
    what: 'Every block of every README, in an empty folder: programs and commands are run, fragments compile',
    packages: ['fastify', '@fastify/session', 'koa', 'hono', 'express-session', 'mysql2'],
    tests: [
      'packed/readme-programs.test.ts',
      'packed/readme-programs.db.test.ts',
      'packed/readme-commands.test.ts',
      'packed/readme-fragments.test.ts',
    ],
  },
  {
    what: 'Two copies of the middleware in one process',
    packages: [],
    tests: ['packed/two-copies.test.ts'],
  },
  {
    what: `What is published, in Node ${majors.join(', ')}`,
    packages: ['ioredis', 'pg', 'mongodb'],
    tests: ['packed/node-versions.db.test.ts'],
  },
  {
    what: 'Races of logouts and increments',
    packages: ['express-session', 'connect-redis', 'connect-pg-simple'],
    tests: ['races/races.db.test.ts', 'races/peers.db.test.ts'],
  },
]

const root = new URL('../../../', import.meta.url)

function versionOf(name: string): string {
  const manifest = fileURLToPath(new URL(`node_modules/${name}/package.json`, root))
  const { name: real, version } = JSON.parse(readFileSync(manifest, 'utf8'))
  return `${real} ${version}`
}

/** The table of the README, of what is installed. */
export function table(): string {
  const rows = tested.map(({ what, packages, tests }) => {
    const links = tests.map(test => `[${test.split('/').at(-1)!.replace('.test.ts', '')}](test/${test})`)
    return `| ${what} | ${packages.map(versionOf).join(', ')} | ${links.join(', ')} |`
  })
  return ['| What | With | Tests |', '|---|---|---|', ...rows].join('\n')
}
