/** The events of a command that runs on many nodes: plain data, past tense, the same in the terminal, with `--json` and in the API. */

/**
 * What became of the command on a node. `ended`: by itself, see `status`; `stopped`: ended by us (interrupted, or its time was up), and the node
 * has confirmed it; `lost`: its end was not heard of, and it may go on there; `unreached`: it could not be started; `skipped`: it was not
 * started, because of an interrupt.
 */
export type CommandOutcome = 'ended' | 'stopped' | 'lost' | 'unreached' | 'skipped'

/** The end of the command on one node. */
export interface NodeCommandEnd {
  readonly type: 'node-finished'
  readonly node: string
  readonly outcome: CommandOutcome
  /** As a shell has it: 128 and more for a signal. Left out when it is not known. */
  readonly status?: number
  /** Why it was ended before its time. */
  readonly because?: 'time' | 'interrupt'
  /** From the login to the end. */
  readonly seconds: number
  /** Of a failure of ours, for `bramble explain`. */
  readonly code?: string
  readonly message?: string
  readonly fix?: string
}

/** What happened. */
export type CommandEventBody =
  | {
      readonly type: 'command-started'
      readonly cluster: string
      readonly lab: boolean
      readonly nodes: readonly string[]
      readonly argv: readonly string[]
    }
  | {
      readonly type: 'node-started'
      readonly node: string
      /** The node's clock ahead of this computer, in whole seconds; negative behind. Left out when the node did not tell. */
      readonly clockOffsetSeconds?: number
    }
  | {
      readonly type: 'output'
      readonly node: string
      readonly stream: 'stdout' | 'stderr'
      /** One line without its end; in place of it `base64` when it is not UTF-8. */
      readonly text?: string
      readonly base64?: string
      /** The line goes on in the next event of this stream, or the program ended in the middle of it. */
      readonly open?: true
    }
  | NodeCommandEnd
  | {
      readonly type: 'command-finished'
      /** `well`: it ended with 0 on every node; `unreached`: it did where it could be started; `interrupted`: somebody stopped it. */
      readonly outcome: 'well' | 'failed' | 'unreached' | 'interrupted'
      /** Nodes on which it did not end with 0. */
      readonly failedNodes: readonly string[]
      /** Nodes on which it could not be started. */
      readonly unreachedNodes: readonly string[]
      /** Nodes on which it may go on. */
      readonly unfinishedNodes: readonly string[]
    }

/** An event as it is written: the body with its version and time (RFC 3339). */
export type CommandEvent = CommandEventBody & { readonly v: 1; readonly at: string }
