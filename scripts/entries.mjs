/** The entry points of a manifest: the subpath, the name of its files below `dist`, and its source. */
export function entriesOf({ exports }) {
  return Object.entries(exports)
    .filter(([, target]) => typeof target === 'object')
    .map(([subpath, target]) => ({
      subpath,
      name: /^\.\/dist\/(.+)\.js$/.exec(target.default)[1],
      source: target['coatcheck:source'],
    }))
}

/** The programs of a manifest, in the same form. */
export function programsOf({ bin = {} }) {
  return Object.values(bin).map(file => {
    const name = /^dist\/(.+)\.js$/.exec(file)[1]
    return { name, source: `./src/${name}.ts` }
  })
}
