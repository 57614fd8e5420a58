/** Codes for what only shows when roles meet nodes, and for the cluster lock. */
import { code, defineCodes } from '../define-codes.ts'

/** The lock of the twin is in no repository. */
const LOCK_WAYS: Readonly<Record<'twin' | 'merge' | 'git' | 'nowhere', (file: string) => string>> = {
  twin: (file) => `type  rm ${file};  bramble lab up  writes a new one for the virtual nodes`,
  merge: (file) =>
    `take the lines with <<<<<<<, ======= and >>>>>>> out of ${file}; facts may be those of either side, of two versions keep the newer`,
  git: (file) => `restore it with  git checkout -- ${file}  or delete it to look at all nodes anew`,
  nowhere: (file) =>
    `restore it from a backup; or type  rm ${file}:  the nodes are looked at anew, choices and pinned versions are made anew`,
}

/** What can be wrong once the nodes of every role are known. */
export const resolveCodes = defineCodes({
  ROLES_CONFLICT: code<{ nodes: readonly string[]; role: string; rival: string }>({
    title: 'Two roles that cannot share a node',
    summary: ({ nodes, role, rival }) => `${nodes.join(', ')} would have both ${role} and ${rival}`,
    why: 'both roles would write the same files and start the same service',
    fix: ({ role, rival }) =>
      `name the nodes of one, and write  on: rest  for the other: ${role} or ${rival}`,
    explain:
      'Some roles are two modes of one engine: a node is a Consul server or a Consul client, never both, because a server ' +
      'already does all that a client does.',
  }),
  ROLE_REQUIRED: code<{ nodes: readonly string[]; role: string; required: string }>({
    title: 'A role that stands on another one',
    summary: ({ nodes, role, required }) =>
      `${nodes.join(', ')} ${nodes.length === 1 ? 'has' : 'have'} ${role}, and not ${required}`,
    why: ({ role, required }) => `${role} works with what ${required} puts on the same node`,
    fix: ({ nodes, required }) =>
      `add ${nodes.join(', ')} to  on  of the role ${required}, such as  ${required}: { on: all }`,
    explain:
      'Some roles say what part a node takes in something that another role puts there: `swarm-manager` and `swarm-worker` need `docker` on the same node.',
  }),
  PORT_TAKEN_TWICE: code<{ node: string; port: string; roles: readonly [string, string] }>({
    title: 'One port for two',
    summary: ({ node, port, roles: [one, other] }) =>
      `on ${node} both ${one} and ${other} would listen on ${port}`,
    why: 'the second to start finds the port taken and does not run',
    fix: ({ node, roles: [one, other] }) =>
      `give one of them another port, or take ${node} out of  on  of ${one} or ${other}`,
    explain:
      'What a role listens on is known before a node is touched. Two programs cannot have one port of a node: which of them got it would be decided anew at each start.',
  }),
  DATABASE_ON_SHARE: code<{ node: string; role: string; folder: string; volume: string; path: string }>({
    origin: 'cluster',
    shownBy: 'src/resolve/volumes.test.ts',
    title: 'A database on a shared file system',
    summary: ({ node, role, folder, volume, path }) =>
      `on ${node} ${role} keeps its database in ${folder}, which would lie on the shared volume ${volume} (${path})`,
    why: 'locks and flushes do not hold over a network: such a database is torn, or cannot be opened, after the first interruption',
    fix: ({ role, path }) =>
      `give ${role} a folder of the node’s own disk, or mount the volume elsewhere than at ${path}`,
    explain:
      'Logs of a consensus (etcd, Consul, a swarm), SQLite and time series need locks that hold and a flush that has happened when it says so. NFS gives neither in every case. Files are well kept there; a database has its own way to other nodes, or is backed up.',
  }),
  FOLLOW_LOOP: code<{ nodes: readonly string[]; roles: readonly string[] }>({
    origin: 'cluster',
    shownBy: 'src/resolve/follows.test.ts',
    title: 'Nodes that wait for each other',
    summary: ({ nodes }) => `${nodes.join(' goes after ')}, which goes after ${nodes[0] ?? ''}`,
    why: 'each would be changed after the other, so none could begin',
    fix: ({ roles }) =>
      `take one of them out of  on  of ${roles.join(' or ')}: what a node stands on must not stand on that node`,
    explain:
      'A role may say that its node stands on what other nodes give, such as a cache of packages or a file server. Those come through first, ' +
      'in a change and in a restart. So what they themselves stand on must lead to a node that stands on none of them.',
  }),
  NETWORK_UNKNOWN: code<{ name: string }>({
    origin: 'cluster',
    shownBy: 'src/resolve/shared.test.ts',
    title: 'A network that nobody makes',
    summary: ({ name }) => `no role of this cluster makes a network called ${name}`,
    why: 'whoever is bound to it would have no address',
    fix: ({ name }) =>
      `add the role ${name} with  on: all,  or leave  network  out to use the nodes' own addresses`,
    explain:
      'A network is named by the role that makes it, such as `wireguard`. The role has to be in use, on all nodes that are to talk over its network.',
  }),
  NETWORK_MISSES_NODE: code<{ node: string; network: string }>({
    origin: 'cluster',
    shownBy: 'src/resolve/shared.test.ts',
    title: 'A node that is not on the network',
    summary: ({ node, network }) => `${node} is to talk over ${network} and has no address there`,
    why: 'the others would look for it where it is not',
    fix: ({ node, network }) => `add ${node} to  on  of the role ${network}`,
    explain:
      'An engine that is bound to a network joins, binds and is verified by the addresses there. So every node that has a part of the engine has to have the role that makes the network.',
  }),
  ALLOCATION_EXHAUSTED: code<{ role: string; what: string; without: readonly string[] }>({
    origin: 'cluster',
    shownBy: 'src/resolve/shared.test.ts',
    title: 'Nothing left to give out',
    summary: ({ what, without }) => `there is no ${what} left for ${without.join(', ')}`,
    why: ({ role }) =>
      `${role} gives every node one of its own and keeps it for that node; those of nodes that left are kept until a complete apply`,
    fix: 'make the range larger, or take nodes out',
    explain:
      'What a role gives out once, such as an address on a mesh, stands in the cluster lock and stays where it is when nodes come and go. ' +
      'So a range is used up by the nodes that there are and by those that left since the last complete apply.',
  }),
  ALLOCATION_TWICE: code<{
    name: string
    what: string
    value: string
    holders: readonly [string, string]
  }>({
    origin: 'cluster',
    shownBy: 'src/resolve/shared.test.ts',
    title: 'One value given to two',
    summary: ({ what, value, holders: [one, other] }) =>
      `${one} and ${other} have the same ${what}: ${value}`,
    why: 'each must have one of its own; the cluster lock says both, as after two branches that each added a node were merged',
    fix: ({ name, holders: [, other] }) =>
      `in cluster.lock, under  allocations: ${name},  delete the line of ${other}; it gets a new one`,
    explain:
      'The cluster lock keeps what roles give out, such as an address on a mesh. When two people add a node each and their locks are merged, both new nodes can have the same one. ' +
      'Delete the line of the one that was not applied yet: the next plan gives it a free one.',
  }),
  OFFER_UNKNOWN: code<{ role: string; name: string; near: string | undefined; names: readonly string[] }>({
    origin: 'cluster',
    shownBy: 'src/resolve/offers.test.ts',
    title: 'A role needs a value that no role offers',
    summary: ({ role, name }) => `${role} needs ${name}, and no role of this cluster offers it`,
    why: 'only the running engine of another role could make it, so the role would wait for ever',
    fix: ({ near, names }) =>
      near !== undefined
        ? `is ${near} meant?`
        : names.length > 0
          ? `add the role that offers it; there are ${names.join(', ')}`
          : 'add the role that offers it; no role of this cluster offers anything',
    explain:
      'Some values come from a running engine alone, such as the keys that open a Vault. A role offers them by name and another one needs them; both have to be ' +
      'in the cluster file. The role that needs it may have an option that leaves it out.',
  }),
  OFFER_TWICE: code<{ name: string; roles: readonly [string, string] }>({
    origin: 'cluster',
    shownBy: 'src/resolve/offers.test.ts',
    title: 'Two roles offer the same value',
    summary: ({ name, roles: [one, other] }) =>
      one === other ? `two uses of ${one} offer ${name}` : `${one} and ${other} both offer ${name}`,
    why: 'nobody would know whose value is meant, and the second would take the place of the first',
    fix: 'give one of them another name, or take one of the uses out',
    explain:
      'The name of an offer is that of one secret in the cluster folder, so each is offered by one use of one role.',
  }),
  OFFER_WITHOUT_STORE: code<{ role: string; name: string }>({
    origin: 'cluster',
    shownBy: 'src/resolve/offers.test.ts',
    title: 'A role offers a value and has no store that could make it',
    summary: ({ role, name }) => `${role} offers ${name}, and has no store`,
    why: 'it is the store of a role that asks the running engine and hands the value over',
    fix: ({ role }) => `give ${role} a store, or take the offer out of it`,
    explain:
      'A role says with `offers` which values its engine makes, and with `store` how the engine is asked. The store hands each over while it converges; see the document on own roles.',
  }),
  SETTLED_VALUE_CHANGED: code<{
    what: string
    before: string
    now: string
    keep: string
    carried: string | undefined
  }>({
    origin: 'cluster',
    shownBy: 'src/roles/consul-server/settled.test.ts',
    title: 'A value that cannot be changed while the cluster runs',
    summary: ({ what, before, now }) => `${what} is ${before} on the nodes and cannot become ${now}`,
    why: 'the members keep their state under the old value and would not know each other again halfway through the change',
    fix: ({ keep, now, carried }) =>
      `${keep}; to begin anew with ${now} and without the old data, take the role out, type  bramble apply,  and put it in again` +
      (carried === undefined ? '' : `; ${carried}`),
    explain:
      'Some values are part of what members of an engine know each other by: the name of a Consul datacenter, the domain in the certificates of its servers, ' +
      'the folder of their state, the network on which they reach each other. Members are changed one after the other, so that the rest goes on serving; with two values at once they do not serve. ' +
      'The cluster lock keeps what the last complete apply left (`settled`).',
  }),
  LOCK_UNREADABLE: code<{
    file: string
    reason: string
    /** What can be done about it: the twin's own file, a merge that was not finished, a file that git has or nobody. */
    kept: 'twin' | 'merge' | 'git' | 'nowhere'
  }>({
    origin: 'cluster',
    shownBy: 'src/cluster-lock/cluster-lock.test.ts',
    title: 'A cluster lock that cannot be read',
    summary: ({ file, reason }) => `${file} is not a cluster lock: ${reason}`,
    why: 'it holds the choices and versions that must not change by chance, so nothing is guessed',
    fix: ({ file, kept }) => LOCK_WAYS[kept](file),
    explain:
      'The cluster lock keeps facts of the nodes, choices that selectors made and pinned versions. It is written by Bramble ' +
      'and merged by git; a merge that left conflict marks in it has to be finished first.',
  }),
})
