/** The checks of services that Nomad makes. */

/** Path of an HTTP check of the node itself, `:8090/health`. */
export function checkPath(http: string): string {
  const path = http.replace(/^:\d+/, '')
  return path.startsWith('/') ? path : `/${path}`
}

/** Why Nomad cannot make a check of a service with this port; undefined where it can. */
export function checkProblem(
  check: Readonly<Record<string, unknown>>,
  port: number | undefined,
): string | undefined {
  const { http, tcp, grpc, script } = check
  if (grpc !== undefined || script !== undefined)
    return `makes no checks by ${grpc === undefined ? 'script' : 'grpc'}`
  const place = typeof http === 'string' ? http : String(tcp)
  const [, asked] = /^:(\d+)/.exec(place) ?? []
  return asked !== undefined && Number(asked) === port
    ? undefined
    : `checks the port of a service alone, not ${place}`
}
