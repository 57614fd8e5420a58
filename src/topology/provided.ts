/** What a role on a node gives to others: seen by every role, and never a secret. */
import type { ProvidedBackup } from './backup.ts'
import type { ProvidedIdentities } from './identities.ts'

/** A port on which something listens. */
export interface ProvidedPort {
  readonly port: number
  readonly protocol: 'tcp' | 'udp'
}

/** Who is meant to reach it; `watchers`: the nodes that watch the cluster. */
export type Audience = 'everyone' | 'cluster' | 'watchers' | { readonly roles: readonly string[] }

/** A place from which images of containers are pulled, and to which they are pushed (OCI distribution). */
export interface ProvidedImages {
  /** `HOST:PORT` as they stand before the name of an image; each is the same place. */
  readonly at: readonly [string, ...string[]]
  /** Name of the secret of the authority that has signed its certificate, and signs those of whoever may ask. */
  readonly authority: string
}

/** Where metrics are fetched, in the format of Prometheus. */
export interface ProvidedMetrics {
  readonly path: string
  readonly port: number
  readonly scheme?: 'http' | 'https'
  /** Whom the reader believes and what it shows. Left out: a certificate of the authority for monitoring, on both ends, where the scheme is `https`. */
  readonly access?: MetricsAccess
}

/** How an engine with an authority of its own lets a reader in. */
export interface MetricsAccess {
  /** Name of the secret with the token, which is sent as a bearer; left out where the engine asks for none. */
  readonly token?: string
  /** Name of the authority that its certificate comes from. */
  readonly authority: string
  /** Name in that certificate. */
  readonly serverName: string
}

/** A folder of the node in which whoever runs there may keep files. */
export interface ProvidedVolume {
  readonly name: string
  readonly path: string
  /** The files lie on another computer: their locks and flushes go over a network. */
  readonly shared: boolean
}

/** Where alerts are posted (Alertmanager, `webhook_config`), over TLS with certificates of the authority for monitoring on both ends. */
export interface HeardAlerts {
  readonly port: number
  /** Names of alerts; all but the one that is always there when left out. */
  readonly names?: readonly string[]
  /** It is told at the path `/watchdog` that somebody watches, and takes so many seconds without that for the end of it. */
  readonly silenceSeconds?: number
}

/** The rights in Consul of what runs on one node: a token of its own, which may do what stands here and nothing else. */
export interface ConsulRight {
  /** Name of the secret of the token. */
  readonly secret: string
  /** What its policy and its token are called, after `bramble-`. */
  readonly name: string
  /** What it may do, as rules of Consul. */
  readonly rules: string
}

/** One thing that a role gives. */
export interface Provided {
  /** What it is called in sentences, such as `consul` or `ssh`. */
  readonly name: string
  readonly ports: readonly ProvidedPort[]
  readonly to: Audience
  /** Name of the role whose network it listens on; on every address of the node when left out. */
  readonly network?: string
  readonly metrics?: ProvidedMetrics
  /** It answers questions about what was measured (Prometheus, "HTTP API"), at this port of the loopback of its node. */
  readonly queries?: { readonly port: number }
  /** Which alerts it hears. */
  readonly alerts?: HeardAlerts
  /** What a backup is to hold. */
  readonly backup?: ProvidedBackup
  /** Images of containers: whoever runs containers on any node believes the place, and shows who it is. */
  readonly images?: ProvidedImages
  /** Folders for the files of whatever runs on the node. */
  readonly volumes?: readonly ProvidedVolume[]
  /** Folders in which it keeps a database: the log of a consensus, SQLite, a time series. None of them outlives a file system that is shared. */
  readonly databases?: readonly string[]
  /** It reads the catalog of services where there is one: name of the secret of the token that it shows there. */
  readonly catalogToken?: string
  /** What it asks Consul for besides, where there is one. */
  readonly consulRight?: ConsulRight
  /** It vouches for its work: what it runs is let in by who it is. */
  readonly identities?: ProvidedIdentities
  /** Debian packages that it runs: moved in turns, behind a drain, and never by a job of the night. */
  readonly packages?: readonly string[]
  /** Names under which it is found. */
  readonly names?: readonly string[]
}

/** Where packets may come from. */
export interface Source {
  /** Interface on which they arrive; any when left out. */
  readonly interface?: string
  /** Addresses and ranges; any when left out. */
  readonly addresses?: readonly string[]
}

/** What can be reached on a node where a role closes all else. */
export interface Opening {
  /** What it is and who gives it, such as `bell (services)`. */
  readonly what: string
  /** Who may reach it, in words. */
  readonly who: string
  /** Name of the role whose network it is reached on; any network when left out. */
  readonly network?: string
  readonly ports: readonly ProvidedPort[]
  readonly from: readonly Source[]
}

/** The same, with who gives it. */
export interface ProvidedOnNode extends Provided {
  readonly node: string
  /** Name of the role; `services` for what the cluster file declares under that key. */
  readonly role: string
}
