/** `bramble status`: what is wanted against what is, per node and per engine; ends with 1 when something is not well. */
import type { ClusterStatus, NodeStatus } from '../../api/index.ts'
import type { OpenedCluster } from '../../api/open.ts'
import type { Scope } from '../../api/index.ts'
import { choiceOf, withChoosingOptions } from '../choosing-options.ts'
import { watchRounds, watchSummary, type Round } from '../watch-rounds.ts'
import { wholeNumber } from '../whole-number.ts'
import type { Command, Session } from '../command.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { showDiagnostics } from '../show-diagnostics.ts'
import { jsonText } from '../render/json.ts'
import { nodeTable, renderStatus } from '../render/status-text.ts'

const SECONDS = 10

/** Declares the command. */
export function define(command: Command, session: Session): void {
  withChoosingOptions(command)
    .option('--watch [seconds]', watchSummary(SECONDS), wholeNumber)
    .action((options, self) =>
      session.run(self, (context) =>
        options.watch === undefined
          ? showStatus(context, choiceOf(options))
          : watchStatus(context, choiceOf(options), options.watch),
      ),
    )
}

async function showStatus(context: Context, scope: Scope): Promise<ExitCode> {
  const { terminal, common } = context
  const cluster = await context.openCluster()
  const status = await ask(context, cluster, scope)
  if (common.json) terminal.out(jsonText(status))
  else {
    const lines = renderStatus(status, terminal.palette, terminal.width)
    terminal.out(lines.map((line) => `${line}\n`).join(''))
    showDiagnostics(terminal, status.problems ?? [], { json: false, lab: common.lab ?? false })
  }
  return status.reasons.length === 0 ? EXIT.ok : EXIT.failure
}

/** Again and again; what was found wrong with the secrets is among the reasons. */
async function watchStatus(context: Context, scope: Scope, watch: number | true): Promise<ExitCode> {
  const cluster = await context.openCluster()
  const api = await context.api()
  const look = async (): Promise<Round> => {
    const status = await api.status(cluster, scope)
    const { palette, width } = context.terminal
    return {
      lines: renderStatus(status, palette, width),
      document: status,
      changes: JSON.stringify([status.reasons, status.nodes.map(({ name, reached }) => [name, reached])]),
      exit: status.reasons.length === 0 ? EXIT.ok : EXIT.failure,
    }
  }
  return watchRounds(context, watch, SECONDS, look)
}

/** A node that is slow to answer keeps nobody from seeing the others. */
async function ask(context: Context, cluster: OpenedCluster, scope: Scope): Promise<ClusterStatus> {
  const { terminal, common, surroundings } = context
  const api = await context.api()
  if (!terminal.isLive || common.json) return api.status(cluster, scope)
  const chosen = new Set(api.chosenNodes(cluster, scope))
  const { openLiveArea } = await import('../render/live-area.ts')
  const area = openLiveArea(surroundings.stdout)
  const found = new Map<string, NodeStatus>()
  const rows = (surroundings.stdout.rows ?? 24) - 1
  try {
    return await api.status(cluster, {
      ...scope,
      seen: (node) => {
        found.set(node.name, node)
        const nodes = cluster.nodes
          .filter(({ name }) => chosen.has(name))
          .map(({ name, roles }) => found.get(name) ?? { name, wanted: roles })
        area.draw(nodeTable({ nodes }, terminal.palette, terminal.width).slice(0, rows))
      },
    })
  } finally {
    area.clear()
  }
}
