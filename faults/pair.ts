/** A Consul server and a client with every role, secrets of all kinds among what they are given. */

/** Their names; the first one is the server. */
export const PAIR = ['ada', 'bob'] as const
export type Node = (typeof PAIR)[number]

/** The cluster file, or the same without any role. */
export function pairFile(name: string, roles = true): string {
  return `cluster: ${name}\n${NODES}${roles ? ROLES : ''}`
}

const NODES = `domain: office.example.net
access: { user: pi }
nodes:
  ada: { address: 192.0.2.10, model: pi4, memory: 1GiB }
  bob: { address: 192.0.2.11, model: pi4, memory: 1GiB }
lab: { share_memory: true }
`

const ROLES = `roles:
  base: { on: all, time: { sync: false }, users: { grace: { sudo: true } } }
  consul-server:
    on: [ada]
    source: package
    unmaintained: accepted
    policies: { app: { rules: 'key_prefix "app/" { policy = "write" }' } }
    tokens: { app: { policies: app } }
    kv: { app/password: { secret: app-password } }
  consul-client: { on: rest }
`
