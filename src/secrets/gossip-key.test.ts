import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { beginGossipRotation, ensureGossipKey, finishGossipRotation } from './gossip-key.ts'
import { gossipKeyring, useNewGossipKey } from './gossip-key.ts'
import type { SecretStore } from './store.ts'
import { ScratchStore, codesOf } from './testing/scratch-store.ts'

const NAME = 'consul/gossip-key'

let scratch: ScratchStore
let store: SecretStore
beforeEach(async () => {
  scratch = new ScratchStore()
  store = await scratch.open()
  ensureGossipKey(store, NAME)
})
afterEach(() => scratch.remove())

const keyring = (): readonly string[] => JSON.parse(gossipKeyring(store.get(NAME, 'gossip-key'))) as string[]

describe('a gossip key', () => {
  it('is 32 random bytes in base64', () => {
    const [key] = keyring()
    expect(keyring()).toHaveLength(1)
    expect(Buffer.from(key ?? '', 'base64')).toHaveLength(32)
    store.remove(NAME)
    ensureGossipKey(store, NAME)
    expect(keyring()).not.toEqual([key])
  })

  it('is exchanged in three steps, and any two neighbours in them can read each other', () => {
    const steps = [keyring()]
    for (const step of [beginGossipRotation, useNewGossipKey, finishGossipRotation]) {
      step(store, NAME)
      steps.push(keyring())
    }
    const [old] = steps[0] ?? []
    const [fresh] = steps[3] ?? []
    expect(steps).toEqual([[old], [old, fresh], [fresh, old], [fresh]])
    expect(fresh).not.toBe(old)
    for (const [index, ring] of steps.slice(1).entries()) {
      const before = steps[index] ?? []
      // A member writes with the first key; members before and after the step both have to know it.
      expect(before).toContain(ring[0])
      expect(ring).toContain(before[0])
    }
  })

  it('stays as it is when a step is taken twice', () => {
    for (const step of [beginGossipRotation, useNewGossipKey, finishGossipRotation]) {
      step(store, NAME)
      const once = keyring()
      step(store, NAME)
      expect(keyring()).toEqual(once)
    }
  })

  it('lets no step be left out', async () => {
    expect(await codesOf(() => useNewGossipKey(store, NAME))).toEqual(['GOSSIP_ROTATION_TOO_EARLY'])
    beginGossipRotation(store, NAME)
    expect(await codesOf(() => finishGossipRotation(store, NAME))).toEqual(['GOSSIP_ROTATION_TOO_EARLY'])
  })

  it('survives a save in the middle of its rotation', async () => {
    beginGossipRotation(store, NAME)
    const before = keyring()
    await store.save()
    store = await scratch.open()
    expect(keyring()).toEqual(before)
  })

  it('never shows, neither the old nor the new one', () => {
    beginGossipRotation(store, NAME)
    const texts = store.values().map(({ text }) => text)
    for (const key of keyring()) expect(texts).toContain(key)
    expect(texts).not.toContain('introducing')
  })
})
