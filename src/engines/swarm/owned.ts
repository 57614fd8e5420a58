/** Where a swarm keeps the list of what Bramble made in it: a label of its own. */
import { NOTHING_OWNED, ownedFrom, ownedList, type Owned } from '../steps/owned.ts'
import { granted } from '../steps/reply.ts'
import { swarmReply } from './replies.ts'
import { updateSwarm, type SwarmApi } from './swarm-api.ts'

const OWNED_LABEL = 'bramble.owned'

/** Reads the list. Rejects with `Refused` when it is not ours to read. */
export async function readOwned({ manager }: SwarmApi): Promise<Owned> {
  const { Spec, Version } = granted('the swarm', await manager.get('/swarm', swarmReply))
  const text = Spec.Labels?.[OWNED_LABEL]
  return text === undefined ? NOTHING_OWNED : ownedFrom(`the label ${OWNED_LABEL}`, text, Version.Index)
}

/** Writes it. */
export async function writeOwned({ manager }: SwarmApi, things: Owned['things']): Promise<void> {
  const text = JSON.stringify(ownedList(things))
  await updateSwarm(manager, (labels) => ({ ...labels, [OWNED_LABEL]: text }))
}
