/** How services stand that something gives to nodes, by its own word. */
import type { PlacedService } from '../topology/service.ts'
import type { NodeLink } from './contract.ts'

/** One place where a service runs, or has run last. */
export interface ServiceInstance {
  readonly node: string
  /** In the words of people: `running`, `failed: …`, `waits for its next run`. */
  readonly state: string
  /** It is neither running nor waiting for its time. */
  readonly isWrong: boolean
  readonly since?: Date
}

/** How one service stands, by the word of who runs it. */
export interface ServiceState {
  readonly instances: readonly ServiceInstance[]
  /** Why there is none. */
  readonly detail?: string
  /** When it is run next, where whoever runs it says so. */
  readonly next?: Date
}

/** How the services that something gives to nodes are asked. */
export interface ServiceProbe {
  /** Name of who runs them, as in {@link PlacedService}. */
  readonly by: string
  /** Nodes through which it can be asked, best first. */
  readonly members: readonly string[]
  /** Asks about one service. Rejects with a sentence when it cannot be asked. */
  ask(link: NodeLink, node: string, service: PlacedService): Promise<ServiceState>
}
