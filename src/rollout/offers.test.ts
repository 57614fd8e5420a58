/** What a store is given to hand over the values that only its engine makes. */
import { describe, expect, it } from 'vitest'
import { noLink } from '../../test/engines/ports-only.ts'
import type { NodeLink } from '../engines/contract.ts'
import { handoverOf, NO_OFFERS } from './offers.ts'

const WORDS = ['/usr/local/bin/oracle', 'init']

/** What is asked of nodes, and taken from them. */
function told(forget: () => Promise<void> = () => Promise.resolve()) {
  const asked: string[] = []
  const forgotten: string[] = []
  const once: NonNullable<NodeLink['once']> = {
    ask: (node, key) => {
      asked.push(`${node} ${key}`)
      return Promise.resolve({ code: 0, stdout: Buffer.from('word'), stderr: '' })
    },
    forget: (node, key) => {
      forgotten.push(`${node} ${key}`)
      return forget()
    },
  }
  const link = { ...noLink, once }
  const offers = { ...NO_OFFERS, madeBy: () => ['oracle/word'], keep: () => Promise.resolve() }
  const handover = handoverOf({ offers, delivery: { link } }, 'oracle', () => undefined)
  return { handover, asked, forgotten }
}

describe('an answer that an engine gives once', () => {
  it('is taken from its node when it is kept', async () => {
    const { handover, asked, forgotten } = told()
    const answer = await handover.ask('ant', WORDS)
    expect(forgotten).toEqual([])
    await handover.keep({ 'oracle/word': answer.toString() })
    expect([asked.length, forgotten]).toEqual([1, asked])
  })

  it('that a run has kept and left there is taken by the next one, which asks nothing', async () => {
    const before = told()
    await before.handover.ask('ant', WORDS)
    const { handover, asked, forgotten } = told()
    await handover.forget('ant', WORDS)
    expect([asked, forgotten]).toEqual([[], before.asked])
  })

  it('is left for the run after it where its node cannot be reached', async () => {
    const { handover } = told(() => Promise.reject(new Error('there is no way to ant')))
    await expect(handover.forget('ant', WORDS)).resolves.toBeUndefined()
  })
})
