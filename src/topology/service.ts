/** A declared service. */

/** A service that the cluster file declares. */
export interface ClusterService {
  readonly name: string
  readonly port?: number
  /** Who is meant to reach the port; the cluster when left out. */
  readonly to?: 'cluster' | 'everyone'
  readonly tags: readonly string[]
  readonly meta: Readonly<Record<string, string>>
  readonly checks: readonly Readonly<Record<string, unknown>>[]
  /** What keeps it running; left out where it is only announced. */
  readonly run?: ServiceRun
}

/** What keeps a service running: a unit that is there, or work that somebody is given. */
export type ServiceRun = { readonly unit: string } | ServiceWork

/** A program or a container, which means the same whoever keeps it running. */
export interface ServiceWork {
  readonly work: { readonly binary: string } | { readonly container: string }
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** It gets no more. */
  readonly memoryMebibytes: number
  /** On so many nodes. */
  readonly count: number | 'all'
  /** Runs at these times; all the time when left out. */
  readonly schedule?: ServiceSchedule
  readonly update: ServiceUpdate
}

/** When work is due. */
export interface ServiceSchedule {
  /** Five fields of cron, numbers alone. */
  readonly cron: string
  readonly timeZone: string
  /** `skip`: at most once a period; `again`: at least once. */
  readonly missed: 'skip' | 'again'
}

/** How a change is rolled out. */
export interface ServiceUpdate {
  readonly parallel: number
  readonly healthySeconds: number
  readonly withinSeconds: number
}

/** How long work may take to say goodbye, whoever asks it to end. */
export const WORK_GOODBYE_SECONDS = 30

/** What systemd is called where it is one of those that keep services running. */
export const SYSTEMD = 'systemd'

/** A service, who keeps it running, and where. */
export interface PlacedService {
  readonly service: ClusterService
  /** systemd, or the name of what gives work to nodes. */
  readonly by: string
  /** By systemd: the nodes that it runs on. Otherwise those of which some run it, which are not ours to choose. */
  readonly nodes: readonly string[]
}
