/** Counts the processes that start on a node with process numbers of its own: they only ever go up. */

/** Where programs can be run past SSH. */
interface Inside {
  /** Runs a program as root inside a node and gives its output. */
  inNode(node: string, ...argv: string[]): Promise<string>
}

/** See proc(5): the last number given in the namespace of the process that reads it; threads count too. */
const LAST_NUMBER = '/proc/sys/kernel/ns_last_pid'

/** The last process number that a node has given, the one of the reading program included. */
async function lastNumber(cluster: Inside, node: string): Promise<number> {
  return Number(await cluster.inNode(node, 'cat', LAST_NUMBER))
}

/** How many processes and threads start on a node while something is done to it, without those of the measuring. */
export async function processesDuring(
  cluster: Inside,
  node: string,
  work: () => Promise<void>,
): Promise<number> {
  const first = await lastNumber(cluster, node)
  const second = await lastNumber(cluster, node)
  await work()
  const third = await lastNumber(cluster, node)
  return third - second - (second - first)
}
