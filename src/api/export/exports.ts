/** The cluster in the words of other tools. */
import type { OpenedCluster } from '../open.ts'
import { sshConfigText } from '../ssh.ts'
import { forAnsible } from './ansible.ts'
import { hostsTable } from './hosts.ts'
import { prometheusTargets } from './prometheus.ts'
import { terraformVariables } from './terraform.ts'

/** By the name of what is written. */
const EXPORTS: Readonly<Record<string, (cluster: OpenedCluster) => string | Promise<string>>> = {
  ansible: forAnsible,
  hosts: hostsTable,
  prometheus: prometheusTargets,
  'ssh-config': sshConfigText,
  'terraform-vars': terraformVariables,
}

/** What can be exported. */
export function exportNames(): readonly string[] {
  return Object.keys(EXPORTS)
}

/** The text of one of {@link exportNames}; undefined for another name. Asks no node. */
export async function exportText(cluster: OpenedCluster, name: string): Promise<string | undefined> {
  return Object.hasOwn(EXPORTS, name) ? EXPORTS[name]?.(cluster) : undefined
}
