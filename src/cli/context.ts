/** What the work of a command is given: the terminal, the common options, and the cluster when it asks for it. */
import { dirname, resolve } from 'node:path'
import type { OpenedCluster, OpenOptions } from '../api/open.ts'
import { commandLine } from '../shell/quote.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { SharedOptions } from './shared-options.ts'
import { showDiagnostics } from './show-diagnostics.ts'
import type { ClusterApi } from './cluster-api.ts'
import { terminalOf, type Surroundings, type Terminal } from './surroundings.ts'

/** The surroundings of one command that was typed. */
export interface Context {
  readonly terminal: Terminal
  readonly surroundings: Surroundings
  readonly common: SharedOptions
  /** The command line as it was typed, for whoever is to type it again. */
  readonly typed: string
  /** Folder of the cluster file, absolute. */
  readonly folder: string
  /** The cluster file that was named, absolute; undefined when it is looked for in the folder. */
  readonly file: string | undefined
  readonly api: () => Promise<ClusterApi>
  /** The same with other common options. */
  readonly with: (other: Partial<SharedOptions>) => Context
  /** How the cluster of the folder is opened, for functions that open it themselves. */
  readonly openOptions: OpenOptions
  /** The cluster of the folder; shows its warnings. Throws what is wrong with it. */
  readonly openCluster: (options?: {
    readonly despiteFindings?: boolean
    readonly beforeSecrets?: boolean
    readonly bare?: 'all'
    readonly updating?: boolean
  }) => Promise<OpenedCluster>
}

/** Diagnostics on their way to whoever shows them. */
export class CommandRefusal extends Error {
  readonly diagnostics: readonly Diagnostic[]

  constructor(...diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(({ code, summary }) => `${code}: ${summary}`).join('\n'))
    this.diagnostics = diagnostics
  }
}

/** A command line that commander let pass and that still makes no sense; the message says what to type. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Puts together what a command needs. */
export function createContext(
  surroundings: Surroundings,
  common: SharedOptions,
  words: readonly string[] = [],
): Context {
  const terminal = terminalOf(surroundings, common.color ?? true)
  const inFolder = resolve(surroundings.folder, common.folder ?? '.')
  const file = common.file === undefined ? undefined : resolve(inFolder, common.file)
  const folder = file === undefined ? inFolder : dirname(file)
  const openOptions = {
    folder,
    ...(file !== undefined && { file }),
    lab: common.lab ?? false,
    set: common.set,
    ...(common.identity !== undefined && { identityFile: resolve(surroundings.folder, common.identity) }),
  }
  return {
    terminal,
    surroundings,
    common,
    openOptions,
    typed: commandLine(['bramble', ...words]),
    folder,
    file,
    api: surroundings.loadCluster,
    with: (other) => createContext(surroundings, { ...common, ...other }, words),
    openCluster: async (options = {}) => {
      const api = await surroundings.loadCluster()
      const opened = await api.openCluster({ ...openOptions, ...options })
      if (!('cluster' in opened)) throw new CommandRefusal(...opened.diagnostics)
      const { json = false, lab = false } = common
      showDiagnostics(terminal, opened.cluster.diagnostics, { json, lab, typed: common })
      return opened.cluster
    },
  }
}
