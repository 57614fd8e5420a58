/** Chooses addresses for a lab and its nodes: the same again each time, as long as nobody else has them. */
import { createHash } from 'node:crypto'
import { LabRefusal } from './lab-error.ts'

/** The network that all labs' networks are part of. */
const ALL_LABS = '10.213'
const MOST_NODES = 240
/** The first numbers are the computer's own and what a cluster file may want for itself (a virtual address). */
const FIRST_NODE = 10

/** A network for a lab, as its first three numbers; the first free one from the lab's key on. */
export function chooseNetwork(key: string, taken: readonly string[]): string {
  const first = Number.parseInt(key.slice(0, 4), 16)
  for (let offset = 0; offset < 254; offset++) {
    const network = `${ALL_LABS}.${1 + ((first + offset) % 254)}`
    if (!taken.includes(network)) return network
  }
  throw new LabRefusal('all 254 networks of labs are taken\n  type: bramble lab list')
}

/** The networks `10.213.X` in the text of `ip -4 route show table all`, whoever they belong to. */
export function networksInRoutes(routes: string): string[] {
  return [...routes.matchAll(/\b(10\.213\.\d+)\.\d+/g)].map((match) => match[1] ?? '')
}

/** An address for each node: those that have one keep it, a new one gets what follows from its name. */
export function assignAddresses(
  network: string,
  names: readonly string[],
  kept: Readonly<Record<string, string>>,
): Map<string, string> {
  if (names.length > MOST_NODES) {
    throw new LabRefusal(`a lab has ${MOST_NODES} nodes at most; the cluster file has ${names.length}`)
  }
  const addresses = new Map<string, string>()
  for (const name of names) {
    const address = kept[name]
    if (address?.startsWith(`${network}.`)) addresses.set(name, address)
  }
  // Sorted, so that where two names want one address the outcome does not depend on the order in the file.
  for (const name of [...names].sort()) {
    if (addresses.has(name)) continue
    const used = new Set(addresses.values())
    for (let number = preferredNumber(name); ; number = nextNumber(number)) {
      if (used.has(`${network}.${number}`)) continue
      addresses.set(name, `${network}.${number}`)
      break
    }
  }
  return new Map(names.map((name) => [name, addresses.get(name) ?? '']))
}

function preferredNumber(name: string): number {
  return FIRST_NODE + (createHash('sha256').update(name).digest().readUInt32BE() % MOST_NODES)
}

function nextNumber(number: number): number {
  return number + 1 < FIRST_NODE + MOST_NODES ? number + 1 : FIRST_NODE
}
