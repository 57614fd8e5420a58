/** What the sensors of a virtual node's board say. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { labKey, nodeFolder } from '../../src/lab/store.ts'
import type { LabIdentity } from '../../src/lab/lab.ts'

/** Has them say this from now on, and nothing else. Keys and values are those of `src/hardware/board-health.sh`. */
export function boardSays(lab: LabIdentity, node: string, sensors: Readonly<Record<string, string>>): void {
  const file = join(nodeFolder(labKey(lab), node), 'given/board')
  const kept = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !/^(throttled|heat|wear|card_errors)=/.test(line))
  const told = Object.entries(sensors).map(([key, value]) => `${key}=${value}`)
  writeFileSync(file, `${[...kept, ...told].join('\n')}\n`)
}
