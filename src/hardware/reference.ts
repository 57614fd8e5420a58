/** Writes the reference page of the boards, `docs/reference/boards.md`, from the table of boards. */
import { BOARDS } from './boards.ts'
import type { Board } from './boards.ts'
import { formatMemory } from './memory.ts'

const MIB = 1024 ** 2

/** The whole page, in Markdown. */
export function renderBoardReference(): string {
  return `${HEAD}${BOARDS.map(row).join('')}`
}

const HEAD = `# Boards

Generated from \`src/hardware/boards.ts\`. The short name is what \`model\` takes in the cluster file.

| model | board | runs | memory | cores | Ethernet | Wi-Fi | clock |
| --- | --- | --- | --- | --- | --- | --- | --- |
`

function row({
  id,
  name,
  architectures,
  memoryMib,
  cores,
  ethernetMbit,
  wifiGhz,
  hasClock,
  quirks,
}: Board): string {
  const clock = quirks.includes('clock-needs-battery') ? 'with a battery' : hasClock ? 'yes' : 'no'
  const columns = [
    `\`${id}\``,
    name,
    architectures.join(', '),
    memoryMib.map((mib) => formatMemory(mib * MIB)).join(', ') || 'any',
    id === 'pc' ? 'any' : String(cores),
    ethernetMbit === 0 ? 'no' : `${ethernetMbit} Mbit/s`,
    wifiGhz.length === 0 ? 'no' : `${wifiGhz.join(' and ')} GHz`,
    clock,
  ]
  return `| ${columns.join(' | ')} |\n`
}
