/** How many Consul servers are refused, warned of or taken, from one to nine. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { diagnose } from './diagnose.ts'

const AGAIN = ': that tolerates the loss of'

it.each([
  [1, 'n1 is the only Consul server'],
  [2, `consul-server runs on 2 nodes${AGAIN} 0, same as 1`],
  [3, undefined],
  [4, `consul-server runs on 4 nodes${AGAIN} 1, same as 3`],
  [5, undefined],
  [6, `consul-server runs on 6 nodes${AGAIN} 2, same as 5`],
  [7, undefined],
  [9, 'consul-server runs on 9 nodes'],
])('of %i servers is said: %s', async (count, said) => {
  const folder = mkdtempSync(join(tmpdir(), 'bramble-servers-'))
  const nodes = Array.from(
    { length: count },
    (_, index) => `  n${index + 1}: { address: 192.0.2.${index + 1}, model: pi4, memory: 4GiB }\n`,
  )
  const head = 'cluster: office\ndomain: office.example.net\nnodes:\n'
  writeFileSync(
    join(folder, 'cluster.yaml'),
    `${head}${nodes.join('')}roles:\n  consul-server: { on: all }\n`,
  )
  const { diagnostics } = await diagnose(folder)
  rmSync(folder, { recursive: true })
  expect(diagnostics.map(({ summary }) => summary)).toEqual(said === undefined ? [] : [said])
  const isEven = count % 2 === 0
  expect(diagnostics.some(({ severity }) => severity === 'error')).toBe(isEven)
  if (isEven) expect(diagnostics[0]?.fix).toBe(`run it on ${count + 1} nodes, or on ${count - 1}`)
})
