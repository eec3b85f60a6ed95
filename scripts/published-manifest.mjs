import { entriesOf } from './entries.mjs'

/**
 * The manifest for npm: each entry point for `import` and `require`, and fields for older tools; without fields that only this repository
 * needs, and without bundled dependencies.
 */
export function publishedManifest({ scripts: _, devDependencies: __, ...manifest }, inside) {
  const entries = entriesOf(manifest)
  const { directory: _directory, ...publishConfig } = manifest.publishConfig
  const { exports: ours, files, dependencies, bin, ...rest } = manifest
  return {
    ...rest,
    // For tools that do not read `exports`, such as TypeScript with `moduleResolution: "node10"`.
    main: './dist/index.cjs',
    types: './dist/index.d.cts',
    ...typesVersions(entries),
    exports: {
      ...Object.fromEntries(entries.map(({ subpath, name }) => [subpath, conditions(name)])),
      './package.json': ours['./package.json'],
    },
    files: files.filter(file => file !== 'src'),
    ...(bin && { bin: mapValues(bin, file => file.replace(/\.js$/, '.cjs')) }),
    ...(dependencies && { dependencies: without(dependencies, inside) }),
    // With `provenance`: npm tells users where the package was built. Only the release workflow can sign that.
    publishConfig,
  }
}

function conditions(name) {
  return {
    import: { types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` },
    require: { types: `./dist/${name}.d.cts`, default: `./dist/${name}.cjs` },
  }
}

function typesVersions(entries) {
  const subpaths = entries.filter(({ subpath }) => subpath !== '.')
  if (subpaths.length === 0) return {}
  const types = subpaths.map(({ subpath, name }) => [subpath.slice(2), [`./dist/${name}.d.cts`]])
  return { typesVersions: { '*': Object.fromEntries(types) } }
}

function mapValues(object, map) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]))
}

function without(object, names) {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)))
}
