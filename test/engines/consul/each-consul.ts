/** Runs tests with each of the Consuls; those for one that cannot be had are listed as skipped, by name. */
import { describe } from 'vitest'
import { consulBinaries, type ConsulBinary } from './binaries.ts'

/** Defines the tests once a version. `seconds` is how long one test may take. */
export async function describeEachConsul(
  seconds: number,
  tests: (binary: ConsulBinary) => void,
): Promise<void> {
  for (const consul of await consulBinaries()) {
    if ('lacks' in consul) {
      console.log(`skipped: Consul ${consul.version}: ${consul.lacks}`)
      describe.skip(`Consul ${consul.version} (${consul.lacks})`, () => {
        tests({ version: consul.version, path: 'absent' })
      })
    } else {
      describe(`Consul ${consul.version}`, { timeout: seconds * 1000 }, () => {
        tests(consul)
      })
    }
  }
}
