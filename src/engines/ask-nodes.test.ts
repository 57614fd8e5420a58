import { describe, expect, it } from 'vitest'
import { askNodes, plainStatus } from './ask-nodes.ts'

const asking = (node: string): Promise<string> =>
  node === 'bee' ? Promise.reject(new Error('no way to it')) : Promise.resolve(`${node} is well`)

describe('nodes that are asked', () => {
  it('answer, and the silent ones are not known, with the reason', async () => {
    expect(await askNodes(['ant', 'bee', 'cow'], asking)).toEqual({
      answers: [
        { node: 'ant', answer: 'ant is well' },
        { node: 'cow', answer: 'cow is well' },
      ],
      silent: ['bee'],
      unknown: ['bee cannot be asked: no way to it'],
    })
  })

  it('are not well while one of them is not known', () => {
    const said = { name: 'dns', detail: 'all answer', problems: [], unknown: ['bee cannot be asked'] }
    expect(plainStatus(said).healthy).toBe(false)
    expect(plainStatus({ ...said, unknown: [] }).healthy).toBe(true)
  })

  it('are told in an order that does not change', () => {
    const said = { name: 'dns', detail: '', problems: ['cow: late', 'ant: late'], unknown: [] }
    expect(plainStatus(said)).toMatchObject({ healthy: false, problems: ['ant: late', 'cow: late'] })
  })
})
