/** Prints how many tests of a vitest report passed and failed, for scripts/test.sh; names the skipped ones on standard error. */
import { readFileSync } from 'node:fs'

/** The parts of vitest's JSON report (Jest's form) that count. */
interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly {
    readonly status: string
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

const [path = '', status = '1'] = process.argv.slice(2)

function readReport(): Report | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Report
  } catch {
    // Vitest ended before it could write one.
    return undefined
  }
}

const report = readReport()
const passed = report?.numPassedTests ?? 0
// A file that cannot be loaded has no tests; it is a failure all the same.
const unloaded = report?.testResults.filter(
  (file) => file.status === 'failed' && file.assertionResults.length === 0,
)
const failed = (report?.numFailedTests ?? 0) + (unloaded?.length ?? 0)
for (const { status: outcome, fullName } of report?.testResults.flatMap((file) => file.assertionResults) ??
  []) {
  if (outcome === 'skipped' || outcome === 'pending') console.error(`skipped  ${fullName}`)
}
// Whatever else vitest objects to, such as a promise that was rejected after the last test.
const unexplained = failed === 0 && status !== '0' ? 1 : 0
console.log(`${passed} ${failed + unexplained}`)
