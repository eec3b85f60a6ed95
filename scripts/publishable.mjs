// Makes the folder of a package that npm publishes (`publishConfig.directory` of its manifest) from its source and the declarations that
// `tsc -b` has written. Run it in the folder of the package. See docs/decisions/009-bundled-for-npm.md.
import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle } from './bundle.mjs'
import { writeDeclarations } from './declarations.mjs'
import { publishedManifest } from './published-manifest.mjs'

/** Make the folder `to` from the package in `folder`, whose declarations are in `declared`. */
export async function makePublishable(folder, to, declared = folder) {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  await rm(to, { recursive: true, force: true })
  const inside = await bundle(folder, join(to, 'dist'))
  await writeDeclarations(declared, manifest, join(to, 'dist'), inside.length > 0)
  const others = manifest.files.filter(file => file !== 'dist' && file !== 'src')
  for (const file of [...others, 'LICENSE']) {
    await cp(join(folder, file), join(to, file), { recursive: true })
  }
  await writeReadme(folder, manifest, to)
  const published = publishedManifest(manifest, inside)
  await writeFile(join(to, 'package.json'), `${JSON.stringify(published, null, 2)}\n`)
}

/** What follows this line in a README is read in the repository only: an install is to be small. */
const END = '<!-- npm shows what is above. -->'

async function writeReadme(folder, { name, repository }, to) {
  const [shown, ...rest] = (await readFile(join(folder, 'README.md'), 'utf8')).split(END)
  const page = `${repository.url.replace(/^git\+|\.git$/g, '')}/tree/main/${repository.directory}`
  // Links to what is not shown.
  const linked = shown.replace(/\]\(#([\w-]+)\)/g, (link, anchor) =>
    anchors(shown).has(anchor) ? link : `](${page}#${anchor})`,
  )
  const more = rest.length ? `## More\n\n[The whole README](${page}#readme) of ${name} goes on.\n` : ''
  await writeFile(join(to, 'README.md'), rest.length ? linked + more : shown)
}

/** The anchors of headings, as GitHub makes them. */
function anchors(text) {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading)
  return new Set(
    headings.map(heading =>
      heading
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    ),
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { publishConfig } = JSON.parse(await readFile('package.json', 'utf8'))
  await makePublishable(process.cwd(), join(process.cwd(), publishConfig.directory))
}
