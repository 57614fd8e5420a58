/** Begins a service anew that the systemd of a node runs. */
import type { ClusterService } from '../../topology/service.ts'
import type { NodeLink } from '../contract.ts'
import type { RestartedInstance } from '../service-runner.ts'
import { askUnits } from './ask.ts'
import { unitOfService } from './names.ts'

/** Resolves when it runs again or is known not to. Rejects with a sentence when the node cannot be asked. */
export async function restartUnit(
  link: Pick<NodeLink, 'run'>,
  node: string,
  service: ClusterService,
): Promise<RestartedInstance> {
  const unit = unitOfService(service) ?? ''
  const { code, stderr } = await link.run(node, ['systemctl', 'restart', '--', unit])
  if (code !== 0) return { node, failure: stderr.trim() || `systemctl ended with ${code}` }
  const state = (await askUnits(link, node, [service])).get(service.name)
  const wrong = state?.instances.find(({ isWrong }) => isWrong)
  return { node, ...(wrong && { failure: wrong.state }) }
}
