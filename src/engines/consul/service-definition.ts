/** The definition of a service with its checks, as the agent reads it from its configuration folder. */
import type { ClusterService } from '../../topology/service.ts'
import type { Settings } from './config.ts'

/**
 * Content of a service's file. The service and its checks are registered with the given token; without one an agent would take its
 * `default` token, which it also lends to whoever asks it anything.
 */
export function serviceDefinition(service: ClusterService, secretId: string): Settings {
  const { name, port, tags, meta, checks } = service
  return {
    service: {
      id: name,
      name,
      token: secretId,
      ...(port !== undefined && { port }),
      ...(tags.length > 0 && { tags }),
      ...(Object.keys(meta).length > 0 && { meta }),
      ...(checks.length > 0 && { checks: checks.map((check, index) => checkDefinition(name, check, index)) }),
    },
  }
}

/** Id of the check of this number, which is unique on its node. */
export function checkId(service: string, index: number): string {
  return index === 0 ? `service:${service}` : `service:${service}:${index + 1}`
}

function checkDefinition(service: string, check: Readonly<Record<string, unknown>>, index: number): Settings {
  const { http, tcp, grpc, script, interval, timeout } = check
  return {
    id: checkId(service, index),
    name: checkName(service, check),
    ...(typeof http === 'string' && { http: onThisNode(http, 'http://127.0.0.1') }),
    ...(typeof tcp === 'string' && { tcp: onThisNode(tcp, '127.0.0.1') }),
    ...(typeof grpc === 'string' && { grpc: onThisNode(grpc, '127.0.0.1') }),
    ...(Array.isArray(script) && { args: script.map(String) }),
    ...(typeof interval === 'string' && { interval }),
    ...(typeof timeout === 'string' && { timeout }),
  }
}

/** `:8080/health` is a place on the node itself. */
function onThisNode(place: string, node: string): string {
  return place.startsWith(':') ? `${node}${place}` : place
}

function checkName(service: string, check: Readonly<Record<string, unknown>>): string {
  const probe = ['http', 'tcp', 'grpc', 'script'].find((key) => check[key] !== undefined) ?? 'check'
  return `${service} ${probe}`
}
