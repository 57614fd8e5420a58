/** For people at a terminal: how to log in to a node. */
import type { Dial } from '../delivery/transport/transport.ts'
import { connect, dialsOf } from './connect.ts'
import type { OpenedCluster } from './open.ts'

/** Arguments of `ssh` for a login, or for one command. The node must be in the cluster. */
export async function sshArguments(
  cluster: OpenedCluster,
  node: string,
  command: readonly string[] = [],
): Promise<readonly string[]> {
  // Nothing was opened, so nothing has to be closed; the configuration file stays for ssh to read.
  const transport = connect(cluster)
  return transport.interactiveArgs(node, command)
}

/** `Host` blocks for `~/.ssh/config`. */
export async function sshConfigText(cluster: OpenedCluster): Promise<string> {
  return connect(cluster).configText()
}

/** The same as data: how each node is reached. Throws `DiagnosticsError` for a lab that is not up. */
export function sshDials(cluster: OpenedCluster): readonly Dial[] {
  return dialsOf(cluster)
}
