/**
 * By what a role tells the rollout about its engine: how its members are asked, when a step may be taken, when it is
 * done, and what the engine itself is to hold. The rollout knows these shapes and no engine.
 */
import type { Duplex } from 'node:stream'
import type { Difference } from '../events/event.ts'
import type { EngineLines } from '../releases/engine-lines.ts'

/** What a link leads to on a node. */
export type LinkTarget =
  /** A TCP port of its loopback. */
  | number
  /** A unix socket, with the rights of the user who logs in: what that user may not open is refused. */
  | { readonly socket: string }
  /** The standard input and output of a program that runs as root. No shell reads its words. */
  | { readonly program: readonly string[] }

/** How a program on a node ended. */
export interface ProgramEnd {
  /** Its exit status. */
  readonly code: number
  readonly stdout: Buffer
  /** The last lines, made harmless for a terminal. */
  readonly stderr: string
}

/** The way to what runs on a node: through the node's SSH connection, never over the open network. */
export interface NodeLink {
  /**
   * Opens a byte stream to a node. Rejects with a plain sentence when there is no way to it; a port or socket that refuses tells so by the
   * error of the stream, before its first byte. With `taken` it resolves only when a port has taken the connection, which costs a process.
   */
  connect(node: string, to: LinkTarget, how?: 'taken'): Promise<Duplex>
  /**
   * Runs a program on a node as root, and gives it these bytes to read. No shell reads its words. Rejects with a plain sentence when it cannot
   * be started or its end is not known; how it ended is no failure here.
   */
  run(node: string, argv: readonly string[], input?: Uint8Array): Promise<ProgramEnd>
  /**
   * Puts one line that is no secret into a file on the node, as root and over SSH alone: for engines that are mended by a file. Left out
   * where nothing may be changed. Rejects with a plain sentence when it cannot.
   */
  put?(node: string, path: string, text: string): Promise<void>
  /** For programs that give their answer only once; left out where nothing may be changed. See {@link Handover.ask}. */
  readonly once?: {
    /** Like `run`. What the program printed stays on the node, and is given to whoever asks again under the same key, until it is forgotten. */
    ask(node: string, key: string, argv: readonly string[], input?: Uint8Array): Promise<ProgramEnd>
    forget(node: string, key: string): Promise<void>
  }
}

/** One member of a consensus group, as another member or itself sees it. */
export interface Peer {
  /** What the engine calls it. */
  readonly name: string
  /**
   * The node of the cluster that it runs on; left out for a stranger. Where the engine calls it otherwise than its node, the node was
   * renamed since.
   */
  readonly node?: string
  readonly voter: boolean
  readonly healthy: boolean
}

/** What one member of a consensus group says when it is asked. */
export interface MemberAnswer {
  readonly node: string
  /** What the engine calls it, by its own word; left out when it does not say. */
  readonly name?: string
  /** False when nothing came back; `problem` says why. */
  readonly answers: boolean
  readonly problem: string
  /** Something takes connections there, whatever it answers: one whose certificate nobody can verify serves all the same. */
  readonly listens: boolean
  /** It shows a certificate that cannot be believed: leader and peers are what the node said without one. */
  readonly distrusted?: true
  /** Name of the peer that it follows, or its own; left out when it sees none. */
  readonly leader?: string
  /** Empty until the group has formed for the first time. */
  readonly peers: readonly Peer[]
}

/**
 * A consensus group. The engine says what it sees and does what it is told; how many must stay, who is next and what has to be waited for is
 * the same for all (`raft-group.ts`).
 */
export interface RaftGroup {
  readonly name: string
  /** Names of the nodes that are to be members. */
  readonly wanted: readonly string[]
  /** Does a change of this resource (`kind:name`) take the member out of service for a while? */
  readonly interruptedBy: (address: string) => boolean
  /**
   * How a node that is to be a member becomes one: by itself, once it runs, or with what belongs to the cluster (the store of the same name), which
   * comes after the nodes; before a member leaves its store is asked to {@link ClusterStore.grow}.
   */
  readonly joins: 'by-itself' | 'with-the-store'
  /**
   * How many members it takes; the majority when left out. `any-one`: the data are kept elsewhere, and a lock there says who serves, so each
   * member that is ready can stand in for all.
   */
  readonly decides?: 'majority' | 'any-one'
  /** Asks one node what it sees of the group. Never rejects. */
  ask(link: NodeLink, node: string): Promise<MemberAnswer>
  /**
   * Does this member vote and serve, and has a write reached it after `since` (a moment of this computer's clock)? Asked again and again by
   * the rollout until it holds or the time is up.
   */
  proven(
    link: NodeLink,
    node: string,
    since: Date,
  ): Promise<{ readonly passed: boolean; readonly detail: string }>
  /**
   * Takes the vote of this node's member away while it still runs, through a member that answers. Asked for only when the guard allows it, and
   * right before the node changes; safe to repeat. `for-good` when its node is to be no member any more; `to-return` when it comes back under
   * another name, as a new member. Rejects with a sentence when it cannot.
   */
  leave(link: NodeLink, node: string, how: 'for-good' | 'to-return'): Promise<void>
  /** How long a member may take to come back, in seconds. */
  readonly patienceSeconds: number
}

/**
 * Work of a node that others would miss: moved off before a step that takes out of service what it stands on, and given back after it. A run
 * may be cut off in between: what is moved off is marked in the engine, so that its store gives it back.
 */
export interface Drain {
  /** Name of the engine. */
  readonly name: string
  readonly node: string
  /** Does a change of this resource (`kind:name`) take it out of service? A restart of the board always does. */
  readonly interruptedBy: (address: string) => boolean
  /**
   * Moves the work off and waits until it is gone; does nothing where there is none. Safe to repeat. `removal`: the node is to do such work no
   * more. Rejects with a sentence when it cannot: the step is then taken all the same, because what mends an engine must not need it.
   */
  before(link: NodeLink, why: 'change' | 'restart' | 'removal'): Promise<void>
  /** Lets work come back, when it was {@link before} that moved it off. Rejects with a sentence when it cannot. */
  after(link: NodeLink): Promise<void>
}

/** A resource that a run has changed. */
export interface ChangedResource {
  /** `kind:name` */
  readonly address: string
  readonly action: 'create' | 'update' | 'remove'
  /** What was not as wanted, where that is known. */
  readonly differences?: readonly Difference[]
}

/** What a run did to a node. */
export interface NodeChange {
  /** When it was done, on this computer's clock. */
  readonly since: Date
  readonly changed: readonly ChangedResource[]
}

/** A condition that must hold on a node before its turn counts as done. */
export interface Gate {
  readonly name: string
  readonly node: string
  /** Name of the engine: that of its store and its probe. */
  readonly engine: string
  readonly patienceSeconds: number
  /** Asked again and again until it holds; one that rejects does not hold, for the reason that it gives. Without a change only what the cluster holds was changed. */
  ask(link: NodeLink, change?: NodeChange): Promise<{ readonly passed: boolean; readonly detail: string }>
}

/** One thing that an engine is to hold and does not hold so. */
export interface ClusterDifference {
  /** `kind:name`, for instance `consul-kv:app/color`. */
  readonly address: string
  readonly action: 'create' | 'update' | 'remove'
  readonly reason: string
  readonly differences: readonly Difference[]
}

/** How one cluster resource ended. */
export interface ClusterOutcome {
  readonly address: string
  readonly action: 'create' | 'update' | 'remove'
  readonly failure?: string
}

/** One thing of an engine that could not be looked at. */
export interface Unseen {
  /** `kind:name`; `kind:*` where none of its kind could be. */
  readonly address: string
  readonly problem: string
}

/** What a look at an engine brought; a thing that cannot be looked at hides no other. */
export interface StoreLook {
  readonly differences: readonly ClusterDifference[]
  readonly unseen: readonly Unseen[]
}

/** How a long wait is watched. */
export interface Patience {
  /** Given when the run is to end: whoever waits stops waiting, and says so. */
  readonly signal?: AbortSignal | undefined
  /** Told what is waited for, in a few words. */
  readonly waits: (detail: string) => void
}

/** Where a store puts what its role offers: values that only the running engine makes. */
export interface Handover {
  /** Names of the offers that are not there yet. Asked again after each step: what is kept is asked of no engine. */
  missing(): readonly string[]
  /**
   * Runs a program on a node that gives its answer only once, as root, and gives back what it printed. The answer is on the node, in memory and
   * for root alone, before it is sent; it stays there until {@link keep} has kept something. Whoever is cut off in between asks again and gets
   * the same answer, without the program. Rejects with a sentence when the program fails, and then keeps nothing.
   */
  ask(node: string, argv: readonly string[], input?: Uint8Array): Promise<Buffer>
  /**
   * Takes an answer to {@link ask} from a node where one is, without the program: for a store that finds kept what a run that was cut off has
   * kept, and not taken away any more. Never rejects; where the node cannot be reached, the next run does it.
   */
  forget(node: string, argv: readonly string[]): Promise<void>
  /**
   * Keeps values by the names of their offers; those that came in one answer belong into one call. When it resolves they are encrypted and on
   * the disk for certain, and only then does a store go on. Rejects with a sentence when they could not be kept; the store then ends.
   */
  keep(values: Readonly<Record<string, string>>): Promise<void>
}

/** Resources that belong to the cluster: planned, owned and removed like every other, converged once through one member. */
export interface ClusterStore {
  readonly name: string
  /** Nodes through which the engine can be asked, best first. */
  readonly members: readonly string[]
  /** Names of stores that come before this one where both differ: what it makes stands on what they hold. */
  readonly after?: readonly string[]
  /** Number of wanted resources, for the summary. */
  readonly size: number
  /** Resource (`kind:name`) that runs the engine on its members: while it is still to be created on all of them, there is no engine to ask. */
  readonly runsAs: string
  /** What differs; changes nothing. Rejects with a sentence when the engine cannot be asked through this member. */
  check(link: NodeLink, node: string): Promise<StoreLook>
  /** What is to be made where there is no engine yet. */
  whole(): Promise<readonly ClusterDifference[]>
  /**
   * Before the nodes change: what must not wait until they have. Reports each as it is done, like {@link converge}, which finds it done;
   * does nothing where the engine does not answer yet. Gives back the nodes that must stay as they are because it did not work, with the
   * reason: what they would get stands on it.
   */
  prepare?(
    link: NodeLink,
    node: string,
    done: (outcome: ClusterOutcome) => void,
  ): Promise<ReadonlyMap<string, string> | undefined>
  /**
   * Before members of its consensus group leave: makes members of those that are to be and whose nodes are ready. Reports each as it is done, like
   * {@link converge}, which finds it done. Rejects when the engine cannot be asked.
   */
  grow?(link: NodeLink, node: string, done: (outcome: ClusterOutcome) => void): Promise<void>
  /**
   * Makes it so, in the order of their needs; reports each as it is done. What the engine makes for others goes into `handover` before anything
   * else is done with it. Rejects only when the engine cannot be asked. What takes minutes goes by `patience`; for as long as it takes where that
   * is left out.
   */
  converge(
    link: NodeLink,
    node: string,
    done: (outcome: ClusterOutcome) => void,
    handover: Handover,
    patience?: Patience,
  ): Promise<void>
}

/** How an engine stands, for people. */
export interface EngineStatus {
  readonly name: string
  /** Nothing of it is a problem, and nothing unknown. Checks of services are told apart. */
  readonly healthy: boolean
  /** One sentence. */
  readonly detail: string
  /** What is not as the cluster file wants it: a member that is not alive, a server that does not vote. */
  readonly problems: readonly string[]
  /**
   * Members that run on computers that the cluster file does not have any more, and are no problem for those that are wanted: whoever took
   * them out is told how to end them.
   */
  readonly strangers?: readonly { readonly name: string; readonly unit: string }[]
  /** What could not be looked at, and why: never taken for well. */
  readonly unknown: readonly string[]
  readonly leader?: string
  readonly members: readonly {
    readonly node: string
    readonly role: 'server' | 'client'
    readonly state: string
    readonly voter?: boolean
    readonly leader?: boolean
    readonly version?: string
    /** What its program holds of the node's memory. An engine does not know it: `status` asks the node. */
    readonly memoryBytes?: number
  }[]
  readonly failingChecks: readonly {
    readonly node: string
    readonly service: string
    readonly check: string
    /** `maintenance`: somebody took the node or the service out of service by hand. */
    readonly state: 'warning' | 'critical' | 'maintenance'
    readonly output: string
  }[]
}

/** Which version of an engine a cluster wants, and what is known of its versions. */
export interface EngineVersion {
  /** Name of the engine: that of its probe and of its releases. */
  readonly engine: string
  readonly lines: EngineLines
  /** Left out when nothing says so yet: then the maker's index is asked. */
  readonly wanted?: string
  /** Option of the role by which the cluster file decides; left out where the cluster lock does. */
  readonly statedBy?: string
  /** Whether the cluster file takes a version with a weakness that breaks what is promised. */
  readonly isAccepted: boolean
  /** Nodes that have the engine. */
  readonly nodes: readonly string[]
}

/** How the state of an engine is asked. */
export interface EngineProbe {
  readonly name: string
  /** Nodes through which it can be asked, best first. */
  readonly members: readonly string[]
  /** Units of systemd whose main program is the engine, by what it is on a node; left out where it has no such program. */
  readonly units?: Readonly<Partial<Record<EngineStatus['members'][number]['role'], string>>>
  /** Asks one member. Rejects with a sentence when it cannot be asked. */
  ask(link: NodeLink, node: string): Promise<EngineStatus>
}
