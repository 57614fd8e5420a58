/** Takes an Ansible inventory over into the text of a cluster file. */
import { basename, dirname, relative, resolve } from 'node:path'
import { formatYaml } from '../../cluster-file/format.ts'
import { ansibleCodes } from '../../diagnostics/catalogue/ansible.ts'
import { DiagnosticsError } from '../../diagnostics/diagnostics-error.ts'
import { clusterText } from '../../ansible/cluster-text.ts'
import { importInventory, type ImportChoices } from '../../ansible/import.ts'
import type { Finding, Inventory } from '../../ansible/inventory.ts'
import { labelOf } from '../../ansible/names.ts'
import { readInventory } from '../../ansible/read-inventory.ts'
import { reasonOf } from '../../support/reason.ts'

/** Which inventory, and what it does not tell. */
export interface ImportRequest extends ImportChoices {
  /** File or folder of the inventory. */
  readonly path: string
  /** Paths in findings are shown from here. */
  readonly from: string
  /** Name of the cluster; that of the inventory's folder when left out. */
  readonly name?: string
  /** `home.arpa` when left out. */
  readonly domain?: string
}

/** A cluster file, and what of the inventory is not in it. */
export interface ImportedCluster {
  /** Undefined when the inventory holds no host that could be a node. */
  readonly text: string | undefined
  readonly findings: readonly Finding[]
}

/** Reads the inventory; nothing is written. Throws {@link DiagnosticsError} when it cannot be read. */
export function importAnsible(request: ImportRequest): ImportedCluster {
  const path = resolve(request.from, request.path)
  const shown = (file: string): string => relative(request.from, file)
  const imported = importInventory(read(path, request.path, shown), request)
  const names = {
    cluster: request.name ?? labelOf(basename(dirname(path))) ?? 'bramble',
    domain: request.domain ?? 'home.arpa',
    from: request.path,
  }
  const text = imported.nodes.size === 0 ? undefined : canonical(clusterText(imported, names))
  return { text, findings: imported.findings }
}

/** As `bramble fmt` leaves it. */
function canonical(text: string): string {
  const formatted = formatYaml('cluster.yaml', text)
  return 'text' in formatted ? formatted.text : text
}

function read(path: string, typed: string, shown: (file: string) => string): Inventory {
  try {
    return readInventory(path, shown)
  } catch (error) {
    const reason = reasonOf(error)
    throw new DiagnosticsError([ansibleCodes.INVENTORY_UNREADABLE({ path: typed, reason })])
  }
}
