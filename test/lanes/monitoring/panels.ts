/** Whether who watches answers what the dashboard asks. */
import { expect } from 'vitest'
import { GRAPHS } from '../../../src/roles/grafana/dashboard.ts'
import { poll } from '../../../src/support/poll.ts'
import type { ClusterUnderTest } from '../../lab/cluster-under-test.ts'

/** By bash, as a node has no curl (bash(1), "Redirection"). */
const ASK =
  'exec 3<>/dev/tcp/127.0.0.1/$1 && printf "GET /api/v1/query?query=%s HTTP/1.0\\r\\n\\r\\n" "$2" >&3 && tail -n 1 <&3'

/** What is said to an instant query (Prometheus, "HTTP API"), or what went wrong instead. */
export function answerOf(
  cluster: ClusterUnderTest,
  node: string,
  port: number,
  expression: string,
): Promise<string> {
  return cluster.text(node, 'bash', '-c', ASK, 'bash', String(port), encodeURIComponent(expression))
}

/** Asks for each panel until there is something to draw; rates want two samples. */
export async function answersPanels(cluster: ClusterUnderTest, node: string, port: number): Promise<void> {
  for (const { title, expression } of GRAPHS) {
    const asked = await poll(
      async () => {
        const detail = await answerOf(cluster, node, port, expression.replaceAll('$node', '.*'))
        const { data } = JSON.parse(detail) as { readonly data?: { readonly result: readonly unknown[] } }
        return { passed: (data?.result.length ?? 0) > 0, detail }
      },
      { patienceSeconds: 60, pauseSeconds: 2 },
    )
    expect(asked.passed, `${title}: ${asked.detail}`).toBe(true)
  }
}
