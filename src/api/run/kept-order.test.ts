/** What the cluster lock remembers of who stands on whom. */
import { expect, it } from 'vitest'
import { resolvedFrom } from '../../../test/contract/resolved.ts'
import { EMPTY_LOCK, lockText, parseLock } from '../../cluster-lock/cluster-lock.ts'
import { withRenamedNode } from '../../cluster-lock/renamed-node.ts'
import { withOrder, withOrderAlone } from './kept-order.ts'

const NODES = ['ant', 'bee', 'cow']
const known = (roles: string, nodes = NODES) => ({
  nodes,
  resolved: resolvedFrom(`cluster: office
domain: office.example.net
nodes:
  ant: { address: 192.0.2.10, model: pi4 }
  bee: { address: 192.0.2.11, model: pi4 }
  cow: { address: 192.0.2.12, model: pi4 }
roles:
  base: { on: all }
${roles}`),
})
const SHARED = `  nfs-server: { on: ant, exports: { media: { path: /srv/disk/media, disk: LABEL=data } } }
  nfs-volume: { on: [bee, cow], volumes: { media: /srv/media } }
`

it('is nothing where no node stands on another one', () => {
  expect(withOrder(EMPTY_LOCK, known(''))).toEqual(EMPTY_LOCK)
})

it('grows with what is about to be brought, and is forgotten once everything is everywhere', () => {
  const brought = withOrder(EMPTY_LOCK, known(SHARED, ['ant', 'bee']))
  expect(brought.follows).toEqual({ bee: ['ant'] })
  const gone = withOrder(brought, known(''))
  expect(gone.follows).toEqual({ bee: ['ant'] })
  expect(withOrderAlone(gone, known(''))).toEqual(EMPTY_LOCK)
  expect(withOrderAlone(gone, known(SHARED)).follows).toEqual({ bee: ['ant'], cow: ['ant'] })
})

it('is read again as it was written, and goes along with a new name', () => {
  const lock = withOrder(EMPTY_LOCK, known(SHARED))
  expect(parseLock(lockText(lock))).toEqual(lock)
  expect(withRenamedNode(lock, 'ant', 'nas').follows).toEqual({ bee: ['nas'], cow: ['nas'] })
  expect(withRenamedNode(lock, 'bee', 'elk').follows).toEqual({ elk: ['ant'], cow: ['ant'] })
})
