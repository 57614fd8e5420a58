/** Watches which servers of a Consul datacentre can be reached, ten times a second. */
import { connect } from 'node:net'

/** The port on which servers serve one another and their clients. */
const SERVER_PORT = 8300
const PATIENCE_MILLISECONDS = 90

/** Server by server, at one moment. */
export interface Sighting {
  readonly milliseconds: number
  readonly down: readonly string[]
}

function accepts(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: SERVER_PORT })
    const answer = (isUp: boolean): void => {
      socket.destroy()
      resolve(isUp)
    }
    socket.setTimeout(PATIENCE_MILLISECONDS, () => answer(false))
    socket.once('connect', () => answer(true)).once('error', () => answer(false))
  })
}

/** Looks until it is told to stop; then gives every moment at which somebody was down. */
export function watchServers(servers: ReadonlyMap<string, string>): () => Promise<readonly Sighting[]> {
  const start = performance.now()
  const looks: Promise<Sighting>[] = []
  const look = async (): Promise<Sighting> => {
    const milliseconds = performance.now() - start
    const states = await Promise.all(
      [...servers].map(async ([name, address]) => ({ name, isUp: await accepts(address) })),
    )
    return { milliseconds, down: states.filter(({ isUp }) => !isUp).map(({ name }) => name) }
  }
  const timer = setInterval(() => looks.push(look()), 100)
  return async () => {
    clearInterval(timer)
    const sightings = await Promise.all(looks)
    return sightings.filter(({ down }) => down.length > 0)
  }
}
