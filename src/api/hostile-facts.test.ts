import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LABEL } from '../cluster-file/forms.ts'
import { nodeSchema } from '../cluster-file/node-schema.ts'
import { ProgramReader } from '../delivery/push/program-reader.ts'
import { ARCHITECTURES } from '../hardware/architecture.ts'
import { MODEL_IDS } from '../hardware/boards.ts'
import { boardFacts, systemArchitecture, type FactMap } from '../resolve/board-facts.ts'
import { EMPTY_LOCK, KEPT_FACTS, lockText, parseLock, withFacts } from '../cluster-lock/cluster-lock.ts'

const unwritten = nodeSchema.parse({})

/** What is nearly right is worse than noise. */
const value = fc.oneof(
  fc.constantFrom(
    '-1',
    '0',
    '1e999',
    'Infinity',
    '0x10',
    '1.5',
    '9007199254740993',
    '536870912',
    'armhf',
    'amd64',
  ),
  fc.constantFrom(
    'pi4',
    'Raspberry Pi 4 Model B Rev 1.4',
    'constructor',
    '__proto__',
    '../../etc',
    'arm64/../x',
  ),
  fc.constantFrom(
    'camera,microphone',
    ',,',
    'a b',
    '- x',
    '? ',
    '{',
    '&a',
    '*a',
    '!!js/function',
    '<<',
    '~',
    '#',
    '%',
  ),
  fc.string({ unit: 'binary' }),
)
const key = fc.oneof(
  fc.constantFrom(...KEPT_FACTS),
  fc.constantFrom('clock', 'toString', '__proto__'),
  fc.string(),
)
const facts = fc.array(fc.tuple(key, value), { maxLength: 20 })

/** The facts as the controller has them after the node said them. */
function read(said: readonly (readonly [string, string])[]): FactMap {
  const reader = new ProgramReader({ node: 'ada', resources: new Set() })
  const lines = said.map((fields) => `@\tfact\t${fields.join('\t')}\n`).join('')
  const events = reader.push(Buffer.from(lines))
  return Object.fromEntries(
    events.flatMap((event) => (event.type === 'fact' ? [[event.key, event.value]] : [])),
  )
}

describe('whatever a node says of itself', () => {
  it('its board is one that the rest of the product can go by', () => {
    fc.assert(
      fc.property(facts, (said) => {
        const board = boardFacts(unwritten, read(said))
        expect(MODEL_IDS).toContain(board.model)
        expect(ARCHITECTURES).toContain(board.architecture)
        expect(Number.isSafeInteger(board.memoryBytes)).toBe(true)
        expect(board.memoryBytes).toBeGreaterThanOrEqual(0)
        for (const label of board.has) expect(label).toMatch(LABEL.pattern)
        expect([undefined, ...ARCHITECTURES]).toContain(systemArchitecture(read(said)))
      }),
      { numRuns: 2000 },
    )
  })

  it('the cluster lock keeps it and gives it back, and says nothing of other nodes', () => {
    fc.assert(
      fc.property(facts, (said) => {
        const other = withFacts(EMPTY_LOCK, 'bob', { model: 'pi3' })
        const lock = withFacts(other, 'ada', read(said))
        const again = parseLock(lockText(lock))
        expect(again).toEqual(lock)
        expect(again.nodes['bob']).toEqual({ model: 'pi3' })
        expect(
          Object.keys(again.nodes['ada'] ?? {}).every((name) => KEPT_FACTS.includes(name as never)),
        ).toBe(true)
        expect(withFacts(again, 'ada', read(said))).toBe(again)
      }),
      { numRuns: 2000 },
    )
  })
})
