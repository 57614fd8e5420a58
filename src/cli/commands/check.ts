/** `bramble check`: reads and checks the cluster file, and shows which roles came to which nodes. */
import type { OpenedCluster } from '../../api/open.ts'
import { sortDiagnostics } from '../../diagnostics/diagnostics.ts'
import type { Command, Session } from '../command.ts'
import { CommandRefusal, type Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { formatBytes } from '../render/bytes.ts'
import { counted } from '../render/counts.ts'
import { jsonText } from '../render/json.ts'
import { renderTable } from '../render/table.ts'
import { showDiagnostics } from '../show-diagnostics.ts'

/** Declares the command. */
export function define(command: Command, session: Session): void {
  command.action((_options, self) => session.run(self, check))
}

async function check(context: Context): Promise<ExitCode> {
  const { terminal, common } = context
  if (common.json) return checkForPrograms(context)
  const cluster = await context.openCluster()
  const { versionDiagnostics } = await context.api()
  const judged = versionDiagnostics(cluster, new Date())
  const errors = judged.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new CommandRefusal(...judged)
  showDiagnostics(terminal, judged, { json: false, lab: common.lab ?? false })
  const table = renderTable(COLUMNS, rowsOf(cluster), {
    titleStyle: terminal.palette.dim,
    ...(terminal.width !== undefined && { width: terminal.width }),
  })
  const roles = new Set(cluster.nodes.flatMap((node) => node.roles))
  const warnings = cluster.diagnostics.length + judged.length
  const sum = `${cluster.name}: ${counted(cluster.nodes.length, 'node')}, ${counted(roles.size, 'role')}, `
  const verdict =
    warnings > 0
      ? terminal.palette.yellow(counted(warnings, 'warning'))
      : terminal.palette.green('no mistakes')
  terminal.out([...table, '', sum + verdict].map((line) => `${line}\n`).join(''))
  return EXIT.ok
}

/** One JSON document, whatever is found. */
async function checkForPrograms({ terminal, common, folder, file, api }: Context): Promise<ExitCode> {
  const { openCluster, versionDiagnostics } = await api()
  const opened = await openCluster({ folder, file, lab: common.lab ?? false, set: common.set })
  const cluster = 'cluster' in opened ? opened.cluster : undefined
  const judged = cluster ? versionDiagnostics(cluster, new Date()) : []
  const found = cluster ? cluster.diagnostics : 'diagnostics' in opened ? opened.diagnostics : []
  const diagnostics = [...found, ...judged]
  const document = {
    ...(cluster && { cluster: cluster.name, nodes: cluster.nodes }),
    diagnostics: sortDiagnostics(diagnostics),
  }
  showDiagnostics(terminal, diagnostics, { json: true, lab: common.lab ?? false })
  terminal.out(jsonText(document))
  return cluster && judged.every(({ severity }) => severity !== 'error') ? EXIT.ok : EXIT.failure
}

const COLUMNS = [
  { title: 'NODE' },
  { title: 'ADDRESS' },
  { title: 'BOARD' },
  { title: 'MEMORY', align: 'right' },
  { title: 'SYSTEM' },
  { title: 'HAS' },
  { title: 'ROLES' },
] as const

function rowsOf({ nodes }: OpenedCluster) {
  return nodes.map((node) => [
    { text: node.name },
    { text: node.address },
    { text: node.model },
    { text: node.memoryBytes > 0 ? formatBytes(node.memoryBytes) : '' },
    { text: node.architecture },
    { text: node.has.join(', ') },
    { text: node.roles.join(', ') },
  ])
}
