/** What is compared: a tool that is told the wanted state in its own words, and a command that brings it about. */
import type { Command, Taken } from '../command-group.ts'
import type { WantedState } from './wanted-state.ts'

/** A node as all contenders reach it. */
export interface SiteNode {
  readonly name: string
  /** Where its relay listens. */
  readonly address: string
  readonly port: number
}

/** What all contenders have in common. */
export interface Site {
  readonly nodes: readonly SiteNode[]
  readonly user: string
  /** Home folder of whoever runs the tools; its `.ssh/config` has the key and the key exchange. */
  readonly home: string
  readonly sshConfig: string
  /** A folder of the contender's own. */
  readonly folder: string
}

/** A tool at work on a site. */
export interface Contender {
  /** Says the wanted state in the tool's own words. */
  write(state: WantedState): Promise<void>
  /** Each call is a fresh start: nothing of an earlier one is connected still. */
  command(): Promise<Command>
  /** Whether a run that ended found something to change. Throws for one that failed. */
  changed(taken: Taken): boolean
}

/** A tool that can be had. */
export interface Tool {
  readonly name: string
  /** What the table says it is. */
  readonly title: string
  /** Why it cannot be had here and what to type; undefined when it can. */
  lacks(): Promise<string | undefined>
  open(site: Site): Promise<Contender>
}

/** Throws with what a command said unless it ended with 0. */
export function mustSucceed({ result }: Taken): string {
  const said = result.stdout.toString()
  if (result.code !== 0)
    throw new Error(`ended with ${result.code}\n${said.slice(-4000)}${result.stderr.slice(-4000)}`)
  return said
}
