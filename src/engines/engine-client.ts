/** What a role tells of its engine to the client of a user: where it is asked, and by what it lets one in. */
import type { LinkTarget } from './contract.ts'

/** How the client of an engine, on the computer of whoever manages the cluster, is told where to ask and as whom. */
export interface EngineClient {
  /** The client's own name, such as `docker`. */
  readonly name: string
  /** Nodes through which the engine can be asked, best first. */
  readonly members: readonly string[]
  /** Where it listens there, for a link: at a port, or at what is reached by a socket on the user's computer, too. */
  readonly to: LinkTarget
  /** Where it listens for everybody on the network, `host:port`; left out where it does not. */
  readonly network?: string
  /** What the client reads from files, by their names: certificates, tokens. */
  files(): Readonly<Record<string, string>>
  /**
   * The variables that the client goes by. `at` is `host:port`, or the path of a socket where {@link to} is no port; `file` gives the path of one
   * of the files. Never a secret: what runs beside it can read them (proc(5), `/proc/PID/environ`).
   */
  variables(at: string, file: (name: string) => string): Readonly<Record<string, string>>
}
