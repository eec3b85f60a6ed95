// Packs every package that will be published and checks the tarballs: the common skeleton, publint, the types, an install of all of them
// in an empty folder, and the tools of users. Needs a build. With names of consumers (`npm run check:packages -- jest esbuild`) it runs only
// these.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkConsumers } from './packages/consumers.mjs'
import { checkBesideOthers, checkInstalled } from './packages/installed.mjs'
import { findPackages, packAll } from './packages/pack.mjs'
import { checkSkeleton } from './packages/skeleton.mjs'
import { attw, publint } from './packages/tools.mjs'

const only = process.argv.slice(2)
const temp = mkdtempSync(join(tmpdir(), 'coatcheck-packages-'))
try {
  const packages = findPackages()
  await packAll(packages, temp)
  let failed = false
  const report = (what, problems) => {
    failed ||= problems.length > 0
    print(what, problems)
  }
  if (only.length === 0) {
    for (const pkg of packages) {
      const problems = [...checkSkeleton(pkg), ...(await publint(pkg)), ...(await attw(pkg))]
      report(`${pkg.manifest.name} (${pkg.files.length} files, ${kilobytes(pkg.bytes)})`, problems)
    }
    report('installed together', await checkInstalled(packages, temp))
    report('installed beside ioredis@5 and redis@4', await checkBesideOthers(packages, temp))
  }
  await checkConsumers(packages, temp, only, report)
  if (failed) process.exitCode = 1
} finally {
  rmSync(temp, { recursive: true, force: true })
}

function print(what, problems) {
  console.log(`${what}: ${problems.length === 0 ? 'ok' : 'failed'}`)
  for (const problem of problems) console.log(`  ${problem.trimEnd().replaceAll('\n', '\n  ')}`)
}

function kilobytes(bytes) {
  return `${Math.round(bytes / 1000)} KB`
}
