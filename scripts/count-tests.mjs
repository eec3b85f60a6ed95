// Prints "passed failed skipped" for a vitest run: `node count-tests.mjs REPORT EXIT_STATUS FAILURES`, and adds what
// failed, and the first line of why, to the file FAILURES.
// A file that fails outside its tests (an import, a hook) counts as one failure, and so does a run that fails
// without naming any test, or that wrote no report.
import { appendFileSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'

const [report, status, failures] = process.argv.slice(2)

function readResults() {
  try {
    return JSON.parse(readFileSync(report, 'utf8'))
  } catch {
    return undefined
  }
}

/** What failed in a file: a text for each test, or one for the file if it failed outside its tests. */
function failuresOf(file) {
  const name = relative(process.cwd(), file.name)
  const tests = file.assertionResults.filter(test => test.status === 'failed')
  if (tests.length > 0)
    return tests.map(test => failure(`${name} > ${test.fullName}`, test.failureMessages[0]))
  return file.status === 'failed' ? [failure(name, file.message)] : []
}

function failure(name, message = '') {
  return `${name}: ${message.split('\n', 1)[0].slice(0, 300)}`
}

const results = readResults()
const failed = results?.testResults.flatMap(failuresOf) ?? [`${report}: no report`]
if (failed.length === 0 && status !== '0') failed.push(`${report}: the run ended with ${status}`)
appendFileSync(failures, failed.map(line => `${line}\n`).join(''))
console.log(
  results?.numPassedTests ?? 0,
  failed.length,
  (results?.numPendingTests ?? 0) + (results?.numTodoTests ?? 0),
)
