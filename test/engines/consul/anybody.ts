/** What an agent may answer to, and why: first to anybody. Placeholders stand for the names that are asked about. */
import { answered, type Answer } from './answers.ts'
import type { Subject } from './api-endpoints.ts'

/** The same word before each of the ends. */
export function words(before: string, ends: string): readonly string[] {
  return ends.split(' ').map((end) => before + end)
}

const PAGES = ['GET', 'PUT', 'POST', 'DELETE'].flatMap((method) => [`${method} /`, `${method} /robots.txt`])

/** What answers whoever has no token. */
const ANYBODY = new Set([
  // Pages that say "Consul Agent" and nothing else.
  ...PAGES,
  // Names and addresses of the servers, which every member of the network sees; the version.
  ...words('GET /v1/status/', 'leader peers'),
  ...words('GET /v1/', 'agent/version acl/replication catalog/datacenters coordinate/datacenters'),
  // Nodes and services, as DNS tells them; the option `anonymous` of the role decides.
  ...words('GET /v1/catalog/', 'nodes services node/NODE node-services/NODE service/SERVICE'),
  ...words('GET /v1/catalog/', 'connect/SERVICE gateway-services/SERVICE'),
  ...words('GET /v1/health/', 'checks/SERVICE connect/SERVICE ingress/SERVICE service/SERVICE'),
  ...words('GET /v1/health/', 'node/NODE state/any'),
  ...words('GET /v1/agent/', 'members services checks service/SERVICE'),
  ...words('GET /v1/agent/health/service/', 'id/SERVICE name/SERVICE'),
  ...words('GET /v1/internal/ui/', 'nodes node/NODE services gateway-services-nodes/SERVICE'),
  ...words('GET /v1/internal/ui/', 'gateway-intentions/SERVICE service-topology/SERVICE catalog-overview'),
  ...words('GET /v1/coordinate/', 'nodes node/NODE'),
  ...words('GET /v1/connect/intentions', ' /check /match'),
  ...words('GET /v1/', 'internal/federation-states/mesh-gateways config/service-defaults/SERVICE'),
  // Lists of what one may see: nothing.
  ...words('GET /v1/', 'event/list query session/list session/node/NODE session/info/NOBODY acl/info/NOBODY'),
  // What the asker may: nothing.
  'POST /v1/internal/acl/authorize',
  // Of a session that there is not.
  'PUT /v1/session/destroy/NOBODY',
])

/** What never answers: servers without a port for gRPC ask themselves there and get no answer either (1.14 and later). */
export const SILENT = new Set(['GET /v1/peerings', 'GET /v1/peering/mine'])

/** What was done or told that anybody may not, and that is not allowed besides. */
export function beyond(
  answers: readonly Pick<Answer, 'method' | 'path' | 'status'>[],
  subject: Subject,
  ...allowed: readonly string[]
): readonly string[] {
  const general = (name: string): string =>
    name
      .replaceAll(/[0-9a-f]{8}-0000-4000-8000-000000000000/g, 'NOBODY')
      .replaceAll(subject.node, 'NODE')
      .replaceAll(subject.service, 'SERVICE')
  const may = new Set([...ANYBODY, ...allowed])
  return answered(answers)
    .map(general)
    .filter((name) => !may.has(name))
}
