import { expect, it } from 'vitest'
import type { ClusterStore } from '../engines/contract.ts'
import { inStoreOrder } from './store-order.ts'

function engine(name: string, after?: readonly string[]): { name: string; store: ClusterStore } {
  const none = () => Promise.resolve([])
  const store: ClusterStore = {
    name,
    members: [],
    size: 0,
    runsAs: `service:${name}.service`,
    whole: none,
    check: () => Promise.resolve({ differences: [], unseen: [] }),
    converge: () => Promise.resolve(),
    ...(after && { after }),
  }
  return { name, store }
}

const order = (...engines: { name: string; store?: ClusterStore }[]) =>
  inStoreOrder(engines).map(({ name }) => name)

it('a store comes behind those that it stands on, whatever the cluster file names first', () => {
  expect(order(engine('jobs', ['catalog']), engine('other'), engine('catalog'))).toEqual([
    'catalog',
    'jobs',
    'other',
  ])
  expect(order(engine('catalog'), engine('jobs', ['catalog', 'absent']))).toEqual(['catalog', 'jobs'])
  expect(order({ name: 'asked alone' }, engine('jobs'))).toEqual(['asked alone', 'jobs'])
})

it('two that stand on each other are both there, the later one first', () => {
  expect(order(engine('a', ['b']), engine('b', ['a']), engine('c', ['a']))).toEqual(['b', 'a', 'c'])
})
