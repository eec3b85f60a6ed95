import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { interleave } from '../lib/rounds.mjs'
import { ratios, summary } from '../lib/stats.mjs'
import { ms, ratio } from '../lib/units.mjs'

const AIM = 1.2
const HERE = fileURLToPath(new URL('..', import.meta.url))
const VARIANTS = ['@coatcheck/session', 'express-session']
/** Our package as npm publishes it. In the repository, the name resolves to the output of the compiler. */
const PUBLISHED = {
  '@coatcheck/session': new URL('../../packages/session/published/dist/index.js', import.meta.url),
}

/** Measures the first `import` in a new process that has loaded `node:http`. */
export async function measure({ quick }) {
  const rounds = quick ? 7 : 41
  const samples = await interleave(rounds, VARIANTS, timeImport)
  const [ours, theirs] = VARIANTS.map(name => summary(samples[name].map(({ wall }) => wall)))
  const [cpuOurs, cpuTheirs] = VARIANTS.map(name => summary(samples[name].map(({ cpu }) => cpu)))
  const times = summary(ratios(...VARIANTS.map(name => samples[name].map(({ cpu }) => cpu))))
  return {
    title: 'Cold start',
    method: `\`import\` of the middleware in a new process that has loaded \`node:http\`, ${rounds} interleaved rounds: medians, in brackets the quartiles. The ratio is that of the CPU time.`,
    columns: ['', '@coatcheck/session', 'express-session', 'ratio'],
    rows: [
      ['wall time', ms(ours), ms(theirs), ''],
      ['CPU time', ms(cpuOurs), ms(cpuTheirs), ratio(times)],
    ],
    aims: [
      { aim: `import: at most ${AIM} times express-session's`, seen: ratio(times), met: times.median <= AIM },
    ],
    figures: { ours, theirs, cpuOurs, cpuTheirs, times },
  }
}

/** The time of one import in milliseconds. */
async function timeImport(name) {
  const script = `
    import 'node:http'
    const cpu = process.cpuUsage()
    const begin = performance.now()
    await import(${JSON.stringify(PUBLISHED[name] ?? name)})
    const wall = performance.now() - begin
    const { user, system } = process.cpuUsage(cpu)
    console.log(JSON.stringify({ wall, cpu: (user + system) / 1000 }))`
  const args = ['--input-type=module', '--eval', script]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: HERE })
  return JSON.parse(stdout)
}
