/** `bramble upgrade`: says which versions it would pin, asks, and writes them into the cluster lock; changes no node. */
import type { Upgrade, UpgradeOffer, UpgradeRequest } from '../../api/index.ts'
import { commandCodes } from '../../diagnostics/catalogue/command.ts'
import { forTwin } from '../../diagnostics/for-twin.ts'
import { askYesNo } from '../ask.ts'
import type { Command, Session } from '../command.ts'
import { CommandRefusal, UsageError, type Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { jsonText } from '../render/json.ts'
import { renderTable, type Cell } from '../render/table.ts'
import { showDiagnostics } from '../show-diagnostics.ts'

/** Declares the command. */
export function define(command: Command, session: Session): void {
  command
    .argument(
      '[engine[@version]]',
      'such as consul or consul@VERSION; every engine to the newest that can be reached when left out',
    )
    .option('-y, --yes', 'agree to the changes beforehand')
    .action((word, options, self) =>
      session.run(self, (context) => pinVersions(context, requestOf(word), options.yes ?? false)),
    )
}

function requestOf(word: string | undefined): UpgradeRequest {
  if (word === undefined) return {}
  const [, engine, version] = /^([a-z0-9][a-z0-9-]*)(?:@(\d+\.\d+\.\d+))?$/.exec(word) ?? []
  if (engine === undefined) {
    throw new UsageError(`"${word}" is no engine with a full version; type one such as consul@X.Y.Z`)
  }
  return { engine, version }
}

async function pinVersions(context: Context, request: UpgradeRequest, isAgreed: boolean): Promise<ExitCode> {
  const { terminal, common, surroundings } = context
  const cluster = await context.openCluster()
  const api = await context.api()
  const found = await api.upgrade(cluster, request)
  const { offers } = found
  showDiagnostics(terminal, found.notices, { json: common.json ?? false, lab: common.lab ?? false })
  if (!common.json) terminal.out(textOf(context, found))
  if (offers.length > 0 && !isAgreed) {
    if (common.json || !terminal.canAsk) {
      throw new CommandRefusal(commandCodes.CONFIRMATION_MISSING({ command: 'upgrade' }))
    }
    if (!(await askYesNo(surroundings, 'Pin these versions in the cluster lock?'))) {
      terminal.out('Nothing was changed.\n')
      return EXIT.failure
    }
  }
  if (offers.length > 0) await found.carryOut()
  if (common.json) terminal.out(jsonText({ pinned: offers }))
  else if (offers.length > 0) {
    const next = 'Pinned. No node was changed; bramble plan shows what would change there.'
    terminal.out(`${common.lab ? forTwin(next) : next}\n`)
  }
  return EXIT.ok
}

const COLUMNS = [
  { title: 'ENGINE' },
  { title: 'NOW' },
  { title: 'TO' },
  { title: 'SYSTEM' },
  { title: 'SHA-256 OF THE ARCHIVE' },
] as const

function textOf({ terminal: { palette } }: Context, { offers, unchanged }: Upgrade): string {
  const stays = unchanged.map(({ engine, version }) => `${engine} stays at ${version}: nothing to upgrade.`)
  const table =
    offers.length === 0 ? [] : renderTable(COLUMNS, offers.flatMap(rowsOf), { titleStyle: palette.dim })
  const onward = offers.flatMap(({ engine, to, onward: next }) =>
    next === undefined
      ? []
      : [`${engine} ${to} is a step on the way: when it runs, bramble upgrade goes on to ${next}.`],
  )
  const none = offers.length + unchanged.length === 0 ? ['No role has an engine with a version.'] : []
  return [...table, ...stays, ...onward, ...none].map((line) => `${line}\n`).join('')
}

/** The first line has the versions; a version that is pinned already shows which checksum goes. */
function rowsOf({ engine, now = 'nothing', to, sums }: UpgradeOffer): Cell[][] {
  const lines = sums.map((sum) => [
    sum.architecture,
    sum.now === undefined ? sum.to : `${sum.to} instead of ${sum.now}`,
  ])
  return (lines.length === 0 ? [['', '']] : lines).map((line, index) =>
    [...(index === 0 ? [engine, now, to] : ['', '', '']), ...line].map((text) => ({ text })),
  )
}
