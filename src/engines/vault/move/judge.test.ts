/** What is next for a move that may have been cut off anywhere. */
import { describe, expect, it } from 'vitest'
import { placeWords, type Place } from './configs.ts'
import { nextOf } from './judge.ts'
import type { MoveState, NodeLook } from './on-node.ts'

const RAFT: Place = { kind: 'raft', dataFolder: '/var/lib/vault' }
const CONSUL: Place = { kind: 'consul', path: 'vault/' }
const FILES: Place = { kind: 'file', path: '/opt/vault' }
const RUNS = [{ pid: '7', unit: 'vault.service', program: '/usr/local/bin/vault' }]

const looked = (node: string, given: Partial<NodeLook> = {}): NodeLook => ({
  node,
  storage: 'raft',
  isEnabled: true,
  hasRaft: true,
  hasStore: false,
  servers: RUNS,
  ...given,
})
const stopped = { isEnabled: false, servers: [] }
const noted = (phase: MoveState['phase'], from: Place = RAFT): MoveState => ({
  phase,
  from: placeWords(from),
  to: placeWords(CONSUL),
  unit: 'vault.service',
  program: '/usr/local/bin/vault',
})

describe('from raft to Consul', () => {
  const next = (...looks: readonly NodeLook[]) => nextOf(looks, { from: RAFT, to: CONSUL })

  it('begins where the servers run, and begins anew where a copy was cut off', () => {
    expect(next(looked('ant'), looked('bee'))).toEqual({ kind: 'copy', isRunning: true })
    const half = looked('ant', { ...stopped, state: noted('copying') })
    expect(next(half, looked('bee', stopped))).toMatchObject({
      kind: 'copy',
      isRunning: false,
      again: { node: 'ant' },
    })
  })

  it('goes on to the servers where all was copied and nobody has run since', () => {
    const whole = { ...stopped, state: noted('copied') }
    expect(next(looked('ant', whole), looked('bee', stopped))).toEqual({ kind: 'finish', worker: 'ant' })
    // The first of them serves the copy already: it must never be made again.
    expect(next(looked('ant', { storage: 'consul', state: noted('copied') }), looked('bee'))).toEqual({
      kind: 'finish',
      worker: 'ant',
    })
  })

  it('copies once more where somebody has started the old servers again: they may have written', () => {
    const ran = looked('ant', { state: noted('copied') })
    expect(next(ran, looked('bee'))).toMatchObject({ kind: 'copy', isRunning: true, again: { node: 'ant' } })
    const enabled = looked('ant', { state: noted('copied'), servers: [] })
    expect(next(enabled, looked('bee', stopped))).toMatchObject({ kind: 'copy', isRunning: false })
  })

  it('has nothing to do where it lies there already', () => {
    expect(next(looked('ant', { storage: 'consul' }), looked('bee', { storage: 'consul' }))).toEqual({
      kind: 'nothing',
    })
  })

  it('touches nothing where a server goes by a half copy, or another move was begun', () => {
    const half = looked('ant', { storage: 'consul', state: noted('copying') })
    expect(next(half, looked('bee', stopped))).toMatchObject({ kind: 'refused' })
    const other = looked('ant', { state: noted('copying', FILES) })
    expect(next(other)).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('the files in /opt/vault') as string,
    })
    const both = [looked('ant', { state: noted('copying') }), looked('bee', { state: noted('copied') })]
    expect(next(...both)).toMatchObject({ kind: 'refused' })
  })
})

describe('to raft', () => {
  it('is refused where a consensus has left its data', () => {
    const look = looked('ant', { storage: 'consul' })
    expect(nextOf([look], { from: CONSUL, to: RAFT })).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('both hold data') as string,
    })
    expect(nextOf([{ ...look, hasRaft: false }], { from: CONSUL, to: RAFT })).toMatchObject({ kind: 'copy' })
  })
})

describe('from files', () => {
  it('is refused where a Vault of ours runs there already', () => {
    const ways = { from: FILES, to: CONSUL }
    expect(nextOf([looked('ant', { storage: 'consul' })], ways)).toMatchObject({ kind: 'refused' })
    const { storage: _, ...fresh } = looked('ant', { hasRaft: false, hasStore: true, isEnabled: false })
    expect(nextOf([fresh], ways)).toEqual({ kind: 'copy', isRunning: true })
  })
})
