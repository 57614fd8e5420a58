/** Codes of the roles `docker`, `swarm-manager` and `swarm-worker`: boards, address ranges, numbers of managers, names that lead nowhere. */
import { code, defineCodes } from '../../diagnostics/define-codes.ts'

/** What can be wrong with Docker or a swarm before it exists, or before it is changed. */
export const dockerCodes = defineCodes({
  DOCKER_ARMV6: code<{ node: string; model: string }>({
    title: 'Docker on a board for which there is none',
    summary: ({ node, model }) => `${node} is a ${model} (ARMv6), for which there is no Docker`,
    why: 'the packages for 32-bit ARM need ARMv7: on this board their programs end with “Illegal instruction”',
    fix: ({ node }) => `take ${node} out of role docker, or put a Zero 2 W in its place`,
    explain:
      'The first Raspberry Pi, the Zero and the Zero W have an ARMv6 processor. Debian’s armhf and Docker’s own packages are built for ARMv7, and ' +
      'the packages for Raspbian ended with Docker 28. A Zero 2 W has the same size and runs 64-bit programs. What such a board can do all the same: ' +
      'the roles base and consul-client.',
  }),
  DOCKER_POOL_OVERLAPS: code<{ pool: string; other: string; by: string }>({
    title: 'An address range that is in use already',
    summary: ({ pool, other, by }) => `${pool} overlaps ${other}, ${by}`,
    why: 'containers would get addresses of other nodes, which could then not be reached any more, on the day that the network with them is made',
    fix: ({ other }) =>
      `choose a range outside of ${other}, or leave the option out: Bramble then takes a free one`,
    explain:
      'Docker takes the networks of its containers from address pools, one after the other, without a look at what the nodes use. So the pools are ' +
      'compared with the network of every node (taken as a /24) and with each range that another role speaks of. Without the options `address_pools` of docker and ' +
      '`address_pool` of swarm-manager a range is chosen that collides with none of them.',
  }),
  DOCKER_SETTING_RESERVED: code<{ setting: string; option: string }>({
    title: 'A setting of dockerd that has an option of its own',
    summary: ({ setting }) => `settings has ${setting}, which has an option of its own`,
    why: 'two places would say the same thing, and one of them would not count',
    fix: ({ option }) => `write ${option} of role docker in its place`,
    explain:
      'What Bramble must know to keep a cluster well (logs that end, address pools, what a swarm cannot have) has options with checks of their own. Everything else of ' +
      '`daemon.json` can be written under `settings` as dockerd(8) has it; dockerd itself checks the file before it counts.',
  }),
  SWARM_LIVE_RESTORE: code<{ node: string }>({
    title: 'Live restore in a swarm',
    summary: ({ node }) => `${node} is in the swarm, and docker has live_restore: true`,
    why: 'dockerd does not start in a swarm with it',
    fix: 'leave live_restore out: nodes outside of the swarm have it on, nodes of the swarm off',
    explain:
      'With live restore, containers go on while dockerd is restarted. Swarm mode refuses it (“--live-restore daemon configuration is incompatible with swarm mode”), ' +
      'because its managers move the tasks instead.',
  }),
  SWARM_WITHOUT_MANAGER: code({
    title: 'Workers without a manager',
    summary: 'swarm-worker is used, and no node is a swarm-manager',
    why: 'a worker runs what managers give it: alone it joins nobody',
    fix: 'add  swarm-manager: { on: … }  for 1, 3 or 5 nodes',
    explain:
      'A swarm begins with its first manager. Managers keep by majority what is to run where; workers run it.',
  }),
  SWARM_MANAGERS_EVEN: code<{ count: number }>({
    title: 'An even number of swarm managers',
    summary: ({ count }) =>
      `swarm-manager runs on ${count} nodes: that tolerates the loss of ${count / 2 - 1}, same as ${count - 1}`,
    why: ({ count }) =>
      count === 2
        ? 'the majority of 2 is 2: when either is lost nothing can be changed, so two fail sooner than one'
        : `the majority of ${count} is ${count / 2 + 1}: one more manager can fail, and no more may`,
    fix: ({ count }) => `run it on ${count + 1} nodes, or on ${count - 1}`,
    explain:
      'Managers decide by majority: of 3 two must be there, of 4 three, of 5 three. So 3 and 4 managers both tolerate the loss of one. An even number does not cause a split brain; ' +
      'its last one only adds work and one more thing that can fail.',
  }),
  SWARM_MANAGER_SINGLE: code<{ node: string }>({
    severity: 'warning',
    title: 'A single swarm manager',
    summary: ({ node }) => `${node} is the only manager of the swarm`,
    why: ({ node }) =>
      `while ${node} is down nothing that fails is started elsewhere, and its card is the only copy`,
    fix: 'run swarm-manager on 3 nodes where the boards permit; one is fine to try things out',
    explain: 'Tasks that run go on without a manager. Nobody moves them, and nothing can be changed.',
  }),
  SWARM_MANAGERS_MANY: code<{ count: number }>({
    severity: 'warning',
    title: 'More swarm managers than help',
    summary: ({ count }) => `swarm-manager runs on ${count} nodes`,
    why: 'every change waits for the disks of a majority: more managers make it slower, and more than 7 add no safety worth it',
    fix: 'run it on 3 or 5 nodes and swarm-worker on the rest',
    explain: 'Docker recommends no more than seven managers. Workers can be had by the hundred.',
  }),
  SWARM_ADDRESS_MISSING: code<{ node: string }>({
    title: 'A node of the swarm without a fixed address',
    summary: ({ node }) => `${node} is in the swarm and has no IP address in the cluster file`,
    why: 'the other nodes are told its address once: a manager that comes back with another one is lost to them',
    fix: ({ node }) =>
      `write  nodes.${node}.address  with the address that it keeps (a reservation of the router, or static)`,
    explain:
      'Neither the consensus of the managers nor the networks between containers follow a changed address (moby/moby#25432). So each node advertises the address of the ' +
      'cluster file, and not one that it finds by itself.',
  }),
  SWARM_NODE_UNKNOWN: code<{ option: string; name: string; near?: string | undefined }>({
    title: 'An option that names no node of the swarm',
    summary: ({ option, name }) =>
      `${option} names ${name}, which is no node with swarm-manager or swarm-worker`,
    why: 'nothing would be moved off it',
    fix: ({ near, name }) =>
      near === undefined ? `name a node of the swarm in place of ${name}` : `did you mean ${near}?`,
    explain:
      '`drained` lists nodes that run no tasks for a while: what runs there is moved to others and comes back only by later changes.',
  }),
})
