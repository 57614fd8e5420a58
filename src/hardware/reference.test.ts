import { expect, it } from 'vitest'
import { MODEL_IDS } from './boards.ts'
import { renderBoardReference } from './reference.ts'

it('the reference has a row for each model', () => {
  const rows = renderBoardReference().split('\n')
  for (const id of MODEL_IDS) expect(rows.filter((row) => row.startsWith(`| \`${id}\` |`))).toHaveLength(1)
  expect(rows).toContain(
    '| `pi4` | Raspberry Pi 4 | arm64, armv7 | 1GiB, 2GiB, 4GiB, 8GiB | 4 | 1000 Mbit/s | 2.4 and 5 GHz | no |',
  )
})
