// The table of contents: which page of the site is made from which file of the repository.
import { readdirSync, readFileSync } from 'node:fs'
import { root } from './lib/root.mjs'

/**
 * @typedef {object} Page
 * @property {string} route Where the page is on the site: `docs/x` is at `/docs/x`.
 * @property {string} source The file, from the root of the repository.
 * @property {string} [text] Its name in the sidebar. Default: the first heading.
 * @property {string} [only] The one section of the file that makes this page.
 * @property {string[]} [without] Sections that have a page of their own.
 * @property {string[]} [files] Files to show as a whole at the end.
 * @property {boolean} [setup] Whether to begin with the code that all examples of the file begin with.
 * @property {Page[]} [pages] Pages below this one.
 */

const framework = (route, only, more = {}) => ({
  route: `frameworks/${route}`,
  source: 'docs/frameworks.md',
  only,
  ...more,
  files: more.files?.map(file => `examples/frameworks/${file}`),
})

const ofPackage = (route, name, text) => ({ route, source: `packages/${name}/README.md`, text })

const folder = (path, route, text) =>
  readdirSync(new URL(`${path}/`, root))
    .filter(file => file.endsWith('.md') && file !== 'README.md')
    .sort()
    .map(file => ({ route: `${route}/${file.slice(0, -3)}`, source: `${path}/${file}`, ...text }))

const frameworks = [
  framework('express', 'Express, Connect', { setup: true }),
  framework('fastify', 'Fastify', { setup: true }),
  framework('koa', 'Koa', { setup: true }),
  framework('hono', 'Hono', { setup: true }),
  framework('nest', 'Nest', { setup: true, files: ['nest-express/src/main.ts', 'nest-fastify/src/main.ts'] }),
  framework('next', 'Next', { files: ['next/lib/sessions.js', 'next/lib/pages-session.js'] }),
  framework('sveltekit', 'SvelteKit', { files: ['sveltekit/src/hooks.server.js'] }),
  framework('react-router', 'React Router', { files: ['react-router/app/sessions.server.js'] }),
  framework('astro', 'Astro', { files: ['astro/src/middleware.js'] }),
  framework('h3-1', 'h3 1 (Nuxt, Nitro)', { setup: true }),
  framework('h3-2', 'h3 2', { files: ['h3/server.mjs'] }),
  framework('nitro', 'Nitro 3', { files: ['nitro/middleware/session.mjs'] }),
  framework('bun-deno', 'Bun, Deno', { files: ['bun/server.mjs', 'deno/server.mjs'] }),
  framework('trpc', 'tRPC', { setup: true, files: ['trpc/server.mjs'] }),
  framework('socket.io', 'Socket.IO', { setup: true, files: ['socket.io/server.mjs'] }),
]

// In the order in which the index has them.
const recipes = [
  ...readFileSync(new URL('examples/recipes/README.md', root), 'utf8').matchAll(
    /\]\(([\w-]+)\/README\.md\)/g,
  ),
].map(([, name]) => ({ route: `recipes/${name}`, source: `examples/recipes/${name}/README.md` }))

/** @type {{ text: string, collapsed?: boolean, pages: Page[] }[]} */
export const groups = [
  {
    text: 'Start',
    pages: [
      { route: 'start', source: 'README.md', text: 'Quick start', without: ['Which store?'] },
      { route: 'which-store', source: 'README.md', only: 'Which store?' },
      { route: 'moving', source: 'docs/moving-from-express-session.md' },
      { route: 'demo', source: 'examples/demo/README.md', text: 'The demo' },
    ],
  },
  {
    text: 'Frameworks',
    collapsed: true,
    pages: [
      {
        route: 'frameworks/',
        source: 'docs/frameworks.md',
        text: 'All frameworks',
        without: frameworks.map(({ only }) => only),
      },
      ...frameworks,
      { route: 'frameworks/examples', source: 'examples/frameworks/README.md', text: 'The examples' },
    ],
  },
  {
    text: 'Packages',
    pages: [
      ofPackage('session', 'session'),
      ofPackage('fastify', 'fastify'),
      ofPackage('koa', 'koa'),
      ofPackage('hono', 'hono'),
      ofPackage('cli', 'cli'),
    ],
  },
  {
    text: 'Stores',
    pages: [
      ofPackage('stores/memory', 'store-memory', 'Memory'),
      ofPackage('stores/sqlite', 'store-sqlite', 'SQLite'),
      ofPackage('stores/redis', 'store-redis', 'Redis, Valkey'),
      ofPackage('stores/postgres', 'store-postgres', 'PostgreSQL'),
      ofPackage('stores/mysql', 'store-mysql', 'MySQL, MariaDB'),
      ofPackage('stores/mongodb', 'store-mongodb', 'MongoDB'),
      ofPackage('stores/dynamodb', 'store-dynamodb', 'DynamoDB'),
    ],
  },
  {
    text: 'Guides',
    pages: [
      { route: 'concurrency', source: 'docs/concurrency.md', text: 'Two requests at once' },
      { route: 'security', source: 'docs/security.md' },
      { route: 'dbsc', source: 'docs/dbsc.md' },
      { route: 'tenants', source: 'docs/tenants.md' },
      { route: 'transport', source: 'docs/transport.md' },
      { route: 'observability', source: 'docs/observability.md' },
    ],
  },
  {
    text: 'Recipes',
    collapsed: true,
    pages: [{ route: 'recipes/', source: 'examples/recipes/README.md', text: 'All recipes' }, ...recipes],
  },
  {
    text: 'Writing a store',
    collapsed: true,
    pages: [
      { route: 'writing-a-store', source: 'docs/writing-a-store.md' },
      { route: 'conformance', source: 'packages/store-conformance/README.md', text: 'The conformance suite' },
      { route: 'rules', source: 'packages/store-conformance/docs/rules.md' },
      { route: 'mutants', source: 'packages/store-conformance/docs/mutants.md' },
    ],
  },
  {
    text: 'Measured and tested',
    collapsed: true,
    pages: [
      { route: 'performance', source: 'docs/performance.md' },
      { route: 'how-it-measures', source: 'bench/README.md', text: 'How it measures' },
      { route: 'support', source: 'docs/support.md' },
      { route: 'beside-other-packages', source: 'compat/README.md', text: 'Beside other packages' },
      { route: 'state-of-the-stores', source: 'docs/state-of-the-stores.md' },
      {
        route: 'findings/',
        source: 'docs/findings/README.md',
        text: 'Findings',
        pages: folder('docs/findings', 'findings'),
      },
    ],
  },
  {
    text: 'The project',
    collapsed: true,
    pages: [
      { route: 'changelog', source: 'CHANGELOG.md' },
      { route: 'contributing', source: 'CONTRIBUTING.md' },
      { route: 'reporting', source: 'SECURITY.md', text: 'Reporting a vulnerability' },
    ],
  },
  { text: 'Decisions', collapsed: true, pages: folder('docs/decisions', 'decisions') },
]

export const pages = groups.flatMap(group => group.pages.flatMap(page => [page, ...(page.pages ?? [])]))
