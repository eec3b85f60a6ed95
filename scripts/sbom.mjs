import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Write the bill of materials of a package as CycloneDX 1.6 in JSON, `sbom.cdx.json`: scanners that look for known vulnerabilities do not
 * see in `package.json` what is inside of our files. `folders` are those of the packages inside.
 */
export async function writeSbom(to, { name, version }, folders) {
  const manifests = await Promise.all(
    folders.map(async folder => JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))),
  )
  const sbom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: componentOf({ name, version }) },
    components: manifests.map(componentOf),
  }
  await writeFile(join(to, 'sbom.cdx.json'), JSON.stringify(sbom))
}

function componentOf({ name, version, license }) {
  return {
    type: 'library',
    name,
    version,
    ...(license && { licenses: [{ license: { id: license } }] }),
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
  }
}
