/** Asks for a name on nodes without a pause, as programs there do, while something happens to others. */
import type { ClusterUnderTest } from '../../lab/cluster-under-test.ts'

/** What a node heard. */
export interface Asked {
  readonly node: string
  readonly answered: number
  /** When a name was not found, as the clock of the node had it. */
  readonly failed: readonly string[]
}

/** A name that nobody keeps in memory is asked each time: glibc keeps none. Ends when its file is gone. */
const LOOP = `
while [ -e "$2" ]; do
  if getent ahostsv4 "$1" >/dev/null; then echo answered; else date +failed:%T; fi
done`

/** Asks until `work` is over; a question that is under way then is heard to its end. */
export async function askedAllTheTime(
  cluster: ClusterUnderTest,
  nodes: readonly string[],
  name: string,
  work: () => Promise<void>,
): Promise<readonly Asked[]> {
  const flag = '/run/asks-for-names'
  await Promise.all(nodes.map((node) => cluster.output(node, 'touch', flag)))
  const asking = nodes.map((node) =>
    cluster.output(node, 'sh', '-c', LOOP, 'sh', `${name}.node.mooncarrot.space`, flag),
  )
  try {
    await work()
  } finally {
    await Promise.all(nodes.map((node) => cluster.output(node, 'rm', '-f', flag)))
  }
  const heard = await Promise.all(asking)
  return heard.map((text, index) => {
    const lines = text.split('\n')
    const failed = lines
      .filter((line) => line.startsWith('failed:'))
      .map((line) => line.slice('failed:'.length))
    return { node: nodes[index] ?? '', answered: lines.filter((line) => line === 'answered').length, failed }
  })
}
