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
   * Opens a byte stream to a node. Rejects with a plain sentence when it cannot; a socket that refuses may tell so by the error of the
   * stream, before its first byte.
   */
  connect(node: string, to: LinkTarget): Promise<Duplex>
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
}

/** One member of a consensus group, as its engine sees it. */
export interface MemberState {
  readonly node: string
  readonly healthy: boolean
  readonly voter: boolean
  readonly leader: boolean
}

/** What a consensus group says of itself, or that nobody of it answers. */
export interface GroupState {
  /** False before the first formation: then nothing can be disrupted and nothing is guarded. */
  readonly formed: boolean
  readonly members: readonly MemberState[]
  /** Members that the group can lose now and still decide. */
  readonly failureTolerance: number
  /** One sentence for people: what is wrong, or that all is well. */
  readonly detail: string
  /**
   * Members show certificates that cannot be believed, and nobody who can be believed sees a leader: in turns nobody would ever be back,
   * because who has a new certificate is not believed by the others. So all change at once.
   */
  readonly isUnbelieved?: true
}

/** A consensus group: the rollout changes its members one at a time, leader last, only while one more may be lost. */
export interface QuorumGroup {
  readonly name: string
  /** Names of the nodes that are wanted as members. */
  readonly members: readonly string[]
  /** Does a change of this resource (`kind:name`) take the member out of service for a while? */
  readonly interruptedBy: (address: string) => boolean
  /** Asks every member that can be asked. Never rejects: who does not answer is not healthy. */
  observe(link: NodeLink): Promise<GroupState>
  /**
   * Is this member back: voter, serving, healthy since after `since` (milliseconds of the epoch on this computer's clock)?
   * Asked again and again by the rollout until it holds or the time is up.
   */
  returned(
    link: NodeLink,
    node: string,
    since: Date,
  ): Promise<{ readonly passed: boolean; readonly detail: string }>
  /** How long a member may take to come back, in seconds. */
  readonly patienceSeconds: number
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
  /** Asked again and again until it holds. Without a change only what the cluster holds was changed. */
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

/** Resources that belong to the cluster: planned, owned and removed like every other, converged once through one member. */
export interface ClusterStore {
  readonly name: string
  /** Nodes through which the engine can be asked, best first. */
  readonly members: readonly string[]
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
  /** Makes it so, in the order of their needs; reports each as it is done. Rejects only when the engine cannot be asked. */
  converge(link: NodeLink, node: string, done: (outcome: ClusterOutcome) => void): Promise<void>
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
  /** Asks one member. Rejects with a sentence when it cannot be asked. */
  ask(link: NodeLink, node: string): Promise<EngineStatus>
}
