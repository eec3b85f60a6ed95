import { execFile } from 'node:child_process'

/** Run a program. Returns its output, and whether it has succeeded. */
export function run(file, args, cwd, env = {}) {
  const options = { cwd, env: { ...process.env, NODE_OPTIONS: '', ...env }, maxBuffer: 2 ** 26 }
  return new Promise(resolve => {
    execFile(file, args, options, (error, stdout, stderr) => {
      resolve(
        error ? { ok: false, output: stdout + (stderr || error.message) } : { ok: true, output: stdout },
      )
    })
  })
}
