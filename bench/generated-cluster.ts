/** Cluster files of any size, as somebody with many boards would write them. */

const BOARDS = ['pi4, memory: 4GiB', 'pi3, memory: 1GiB', 'pi5, memory: 8GiB', 'zero-2-w, memory: 512MiB']
const DEVICES = ['camera', 'speaker', 'microphone', 'sense-hat', 'led-matrix']

function nodeLine(index: number): string {
  const name = `n${String(index).padStart(4, '0')}`
  const address = `10.${20 + Math.floor(index / 62_500)}.${Math.floor(index / 250) % 250}.${(index % 250) + 1}`
  // Servers need boards with memory.
  const board = BOARDS[index < 5 ? 0 : index % BOARDS.length]
  const device = DEVICES[index % DEVICES.length]
  return `  ${name}: { address: ${address}, model: ${board}, has: [${device}], labels: { rack: r${index % 40} } }\n`
}

function serviceLines(index: number): string {
  const device = DEVICES[index % DEVICES.length]
  return `  service-${index}: { needs: [${device}], port: ${8000 + index}, check: { http: ':${8000 + index}/health' } }\n`
}

/** A cluster file with so many nodes: five servers of Consul, all others its clients, and twenty services. */
export function generatedCluster(name: string, nodes: number): string {
  return `cluster: ${name}
domain: bench.example.net
access: { user: pi }
nodes:
${Array.from({ length: nodes }, (_, index) => nodeLine(index)).join('')}groups:
  servers: [n0000, n0001, n0002, n0003, n0004]
  loud: { has: [speaker] }
roles:
  base: { on: all, timezone: Europe/London }
  consul-server: { on: servers, ui: n0000, source: package, unmaintained: accepted }
  consul-client: { on: rest }
services:
${Array.from({ length: 20 }, (_, index) => serviceLines(index)).join('')}`
}
