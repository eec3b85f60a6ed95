// `node bundle.mjs TOOL ENTRY FILE`: make one file of a program with everything that it needs.
import { createRequire } from 'node:module'
import { basename, dirname, resolve } from 'node:path'

const tools = {
  async esbuild(entry, file) {
    const { build } = await import('esbuild')
    const options = { bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' }
    await build({ ...options, entryPoints: [entry], outfile: file, external: ['better-sqlite3'] })
  },

  async ncc(entry, file) {
    const ncc = createRequire(import.meta.url)('@vercel/ncc')
    const { code } = await ncc(resolve(entry), { quiet: true, cache: false })
    const { mkdirSync, writeFileSync } = await import('node:fs')
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, code)
  },

  async webpack(entry, file) {
    const { default: webpack } = await import('webpack')
    const output = { path: resolve(dirname(file)), filename: basename(file) }
    const config = { mode: 'production', target: 'node', entry: resolve(entry), output }
    const stats = await new Promise((done, fail) => {
      webpack({ ...config, optimization: { minimize: false } }, (error, stats) =>
        error ? fail(error) : done(stats),
      )
    })
    if (stats.hasErrors()) throw new Error(stats.toString('errors-only'))
  },

  async rollup(entry, file) {
    const { rollup } = await import('rollup')
    const [commonjs, resolver, json] = await Promise.all(
      ['commonjs', 'node-resolve', 'json'].map(
        async name => (await import(`@rollup/plugin-${name}`)).default,
      ),
    )
    const plugins = [resolver({ preferBuiltins: true, exportConditions: ['node'] }), commonjs(), json()]
    const build = await rollup({ input: entry, plugins, onwarn: () => {} })
    await build.write({ file, format: file.endsWith('.cjs') ? 'cjs' : 'es', inlineDynamicImports: true })
  },
}

const [tool, entry, file] = process.argv.slice(2)
await tools[tool](entry, file)
