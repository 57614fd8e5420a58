/** Which ports of an address answer, as seen from somewhere. */
import type { RunResult } from '../../../src/support/run.ts'

/** Runs a program of this computer in somebody's network. */
export type InNetwork = (program: string, ...args: string[]) => Promise<RunResult>

/** Of SSH and of Consul: in any use of it, not only in ours. */
const KNOWN_PORTS = [22, 8300, 8301, 8302, 8500, 8501, 8502, 8503, 8600]
/** Above all that a role of ours opens, but the range that the kernel gives to whoever asks. */
const LAST_PORT = 9000

/** Connects to each port, many at once, and prints those that answer. */
const SCAN = `
const net = require('node:net')
const [address, ...ports] = process.argv.slice(1)
const open = []
const one = (port) => new Promise((resolve) => {
  const socket = net.connect({ host: address, port: Number(port) })
  const end = () => { socket.destroy(); resolve() }
  socket.setTimeout(3000, end)
  socket.on('error', end)
  socket.on('connect', () => { open.push(port); end() })
})
const worker = async () => { while (ports.length > 0) await one(ports.shift()) }
Promise.all(Array.from({ length: 3000 }, worker)).then(() => console.log(open.join(' ')))
`

/** Those of SSH and Consul that answer on TCP, such as `22 8300`. */
export async function knownPorts(network: InNetwork, address: string): Promise<string> {
  return textOf(await scan(network, address, KNOWN_PORTS))
}

/** Every TCP port that answers. A crowd of connections can be too much for a slow computer, so known ones, and `likely` ones, are tried once more by themselves. */
export async function openPorts(
  network: InNetwork,
  address: string,
  likely: readonly number[] = [],
): Promise<string> {
  const all = Array.from({ length: LAST_PORT }, (_, index) => index + 1)
  return textOf([
    ...(await scan(network, address, all)),
    ...(await scan(network, address, [...KNOWN_PORTS, ...likely])),
  ])
}

async function scan(network: InNetwork, address: string, ports: readonly number[]): Promise<number[]> {
  const argv = ['-e', SCAN, address, ...ports.map(String)]
  const { code, stdout, stderr } = await network(process.execPath, ...argv)
  if (code !== 0) throw new Error(`the scan of ${address} ended with ${code}: ${stderr}`)
  return stdout.toString().split(/\s+/).filter(Boolean).map(Number)
}

function textOf(ports: readonly number[]): string {
  return [...new Set(ports)].toSorted((a, b) => a - b).join(' ')
}
