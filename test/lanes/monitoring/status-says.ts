/** Waits for what the status tells. */
import { expect } from 'vitest'
import { poll } from '../../../src/support/poll.ts'
import type { ClusterUnderTest } from '../../lab/cluster-under-test.ts'

/** Asks for the status until it says so, and gives its exit status. */
export async function statusSays(cluster: ClusterUnderTest, text: RegExp): Promise<number> {
  let code = -1
  const asked = await poll(
    async () => {
      const status = await cluster.bramble('status')
      code = status.code
      return { passed: text.test(status.text), detail: status.text + status.errors }
    },
    { patienceSeconds: 180, pauseSeconds: 3 },
  )
  expect(asked.passed, asked.detail).toBe(true)
  return code
}
