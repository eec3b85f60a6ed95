// Prints "passed failed skipped" for a vitest run: `node count-tests.mjs REPORT EXIT_STATUS`.
// A file that fails outside its tests (an import, a hook) counts as one failure, and so does a run that fails
// without naming any test, or that wrote no report.
import { readFileSync } from 'node:fs'

const [report, status] = process.argv.slice(2)

function count() {
  let results
  try {
    results = JSON.parse(readFileSync(report, 'utf8'))
  } catch {
    return [0, 1, 0]
  }
  const brokenFiles = results.testResults.filter(
    file => file.status === 'failed' && file.assertionResults.every(test => test.status !== 'failed'),
  )
  const failed = results.numFailedTests + brokenFiles.length
  return [
    results.numPassedTests,
    failed === 0 && status !== '0' ? 1 : failed,
    results.numPendingTests + results.numTodoTests,
  ]
}

console.log(count().join(' '))
