// Tells which bundled dependencies have a newer release. They reach users with our releases only. Fails when one that the manifest allows
// is newer than what is installed here: then it is time for `npm update` and a release.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { BUNDLED } from './bundle.mjs'

const manifest = new URL('../packages/session/package.json', import.meta.url)
const { dependencies } = JSON.parse(await readFile(manifest, 'utf8'))
const run = promisify(execFile)

/** The versions of a package in npm's registry that fit `range`, the newest last. */
async function versionsOf(name, range) {
  const { stdout } = await run('npm', ['view', `${name}@${range}`, 'version', '--json'])
  return [JSON.parse(stdout)].flat()
}

for (const name of BUNDLED) {
  const { version } = createRequire(manifest)(`${name}/package.json`)
  const [allowed, latest] = await Promise.all([
    versionsOf(name, dependencies[name]),
    versionsOf(name, 'latest'),
  ])
  const newer = allowed.at(-1) === version ? '' : `, ${allowed.at(-1)} is to be had`
  const major = latest.at(-1) === allowed.at(-1) ? '' : `, the latest is ${latest.at(-1)}`
  console.log(`${name} ${version}${newer}${major}`)
  if (newer) process.exitCode = 1
}
