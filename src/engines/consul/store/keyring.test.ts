/** The gossip keys, asked of members that are silent for once or for good. */
import { describe, expect, it } from 'vitest'
import type { ConsulApi } from '../api.ts'
import { NOTHING_OWNED } from '../../steps/owned.ts'
import { keyringShelf } from './keyring.ts'

const KEYS = ['first', 'second'] as const
const SILENT = { ok: false, status: 500, problem: '1 error occurred: 4/5 nodes reported success' } as const
const HELD = {
  ok: true,
  value: [{ Keys: { first: 5, second: 5 }, PrimaryKeys: { first: 5 }, NumNodes: 5 }],
} as const

/** Gives these answers one after another: a real Consul loses none when asked to. */
function answering(...replies: unknown[]): ConsulApi & { asked(): number } {
  let asked = 0
  return {
    get: () => Promise.resolve(replies[Math.min(asked++, replies.length - 1)]),
    asked: () => asked,
  } as unknown as ConsulApi & { asked(): number }
}

describe('gossip keys', () => {
  it('takes a member that is silent once for a lost answer', async () => {
    const api = answering(SILENT, HELD)
    expect(await keyringShelf(KEYS).steps(api, NOTHING_OWNED)).toEqual([])
    expect(api.asked()).toBe(2)
  })

  it('says that a member is silent when it is so twice', async () => {
    const api = answering(SILENT)
    await expect(keyringShelf(KEYS).steps(api, NOTHING_OWNED)).rejects.toThrow(/a member is silent: .*4\/5/)
    expect(api.asked()).toBe(2)
  })
})
