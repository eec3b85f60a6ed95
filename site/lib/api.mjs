// The API reference, made from the types.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { headings } from './markdown.mjs'
import { root, written } from './root.mjs'

/** What a package exports, by the name that an import has. Entries for old imports and adapters of drivers are left to their READMEs. */
function entriesOf(folder) {
  const { name, exports } = JSON.parse(readFileSync(new URL(`packages/${folder}/package.json`, root), 'utf8'))
  const sources = Object.entries(exports).map(([path, entry]) => [path, entry['coatcheck:source']])
  return sources
    .filter(([, source]) => source && !/deep-imports|adapters/.test(source))
    .map(([path, source]) => ({
      name: name + path.slice(1),
      file: fileURLToPath(new URL(`packages/${folder}/${source}`, root)),
    }))
}

const entries = readdirSync(new URL('packages', root))
  .filter(name => name !== 'cli')
  .flatMap(entriesOf)

const fileOf = name => name.replace('@coatcheck/', '').replaceAll('/', '-')

/** For the sidebar. */
export const apiPages = [
  { route: 'api/', text: 'All packages' },
  ...entries.map(({ name }) => ({ route: `api/${fileOf(name)}`, text: name })),
]

/** Writes one page for each entry. */
export async function writeApi() {
  const { Application, ReflectionKind } = await import('typedoc')
  const app = await Application.bootstrapWithPlugins({
    plugin: ['typedoc-plugin-markdown'],
    entryPoints: entries.map(({ file }) => file),
    tsconfig: fileURLToPath(new URL('../tsconfig.json', import.meta.url)),
    // The compiler has checked the packages, and is a newer one.
    skipErrorChecking: true,
    out: fileURLToPath(new URL('api', written)),
    readme: 'none',
    name: 'API reference',
    excludePrivate: true,
    excludeInternal: true,
    excludeExternals: true,
    disableSources: true,
    logLevel: 'Error',
    // Options of the plugin.
    outputFileStrategy: 'modules',
    hideBreadcrumbs: true,
    hidePageHeader: true,
    useCodeBlocks: true,
    parametersFormat: 'table',
    propertyMembersFormat: 'table',
    interfacePropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    tableColumnSettings: { hideSources: true, hideModifiers: true, hideInherited: true, hideOverrides: true },
    fileExtension: '.md',
    entryFileName: 'index',
  })
  const project = await app.convert()
  if (!project) throw new Error('The types of the packages cannot be read')
  for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
    const entry = entries.find(
      ({ file }) =>
        file.endsWith(`/packages/${module.name}.ts`) || file.endsWith(`/packages/${module.name}/index.ts`),
    )
    if (!entry) throw new Error(`No package has the entry ${module.name}`)
    module.name = fileOf(entry.name)
    // `session.Store` and the like: the same types again.
    for (const namespace of module.getChildrenByKind(ReflectionKind.Namespace))
      project.removeReflection(namespace)
  }
  await app.generateOutputs(project)
  finish()
}

/** Gives the pages their titles, and the site's list of them. */
function finish() {
  const pages = new Map(entries.map(({ name }) => [`${fileOf(name)}.md`, tidied(name)]))
  for (const [file, text] of pages) write(file, withAnchors(file, text, pages))
  const list = entries.map(({ name }) => `- [${name}](/api/${fileOf(name)})`).join('\n')
  const index = `# API reference\n\nWhat each package exports, made from its types.\n\n${list}\n`
  write('index.md', index)
}

const write = (file, text) =>
  writeFileSync(new URL(`api/${file}`, written), `---\neditLink: false\n---\n\n${text}`)

/** The page under the name of its import, without the heading of a namespace that is no more. */
function tidied(name) {
  const text = readFileSync(new URL(`api/${fileOf(name)}.md`, written), 'utf8')
  return text.replace(/^# .*$/m, `# ${name}`).replace(/^## Namespaces\n.*?(?=^## )/ms, '')
}

/** The anchors were counted together with those of what was removed. */
function withAnchors(file, text, pages) {
  const has = (page, anchor) => headings(page).some(heading => heading.anchor === anchor)
  return text.replace(/\]\(([\w.-]*)#([\w-]+?)(-\d+)\)/g, (link, path, anchor, number) => {
    const page = pages.get(path || file)
    return page && !has(page, anchor + number) ? `](${path}#${anchor})` : link
  })
}
