/** Codes of the roles of Nomad: numbers of servers, boards, jobs. */
import { code, defineCodes } from '../../diagnostics/define-codes.ts'

/** What can be wrong with Nomad before it exists. */
export const rolesNomadCodes = defineCodes({
  NOMAD_SERVERS_EVEN: code<{ count: number }>({
    title: 'An even number of Nomad servers',
    summary: ({ count }) =>
      `nomad-server runs on ${count} nodes: that tolerates no more losses than ${count - 1} of them`,
    why: ({ count }) =>
      `the majority of ${count} is ${count / 2 + 1}: the last server adds work and one more thing that can fail`,
    fix: ({ count }) => `run it on ${count + 1} nodes, or on ${count - 1}`,
    explain:
      'The servers decide by majority: of 3 two must be there, of 4 three. So 3 and 4 servers both tolerate the loss of one, 5 and 6 the loss of two.',
  }),
  NOMAD_SERVERS_SINGLE: code<{ node: string }>({
    severity: 'warning',
    title: 'A single Nomad server',
    summary: ({ node }) => `${node} is the only Nomad server`,
    why: ({ node }) => `while ${node} is down nothing is placed or moved, and its card is the only copy`,
    fix: 'run nomad-server on 3 nodes; one is fine to try things out',
    explain:
      'What runs goes on without a server; what fails or whose node is lost is not started elsewhere. Three servers tolerate the loss of one.',
  }),
  NOMAD_BOARD_32_BIT: code<{ node: string; model: string; architecture: string }>({
    title: 'A board or a system that has no Nomad',
    summary: ({ node, model, architecture }) =>
      `${node} is a ${model} with ${architecture}, for which there is no Nomad`,
    why: 'its maker builds Nomad for 64-bit ARM alone',
    fix: ({ node, architecture }) =>
      architecture === 'armv7'
        ? `put a 64-bit system on ${node} if the board can run one, or take the role from it`
        : `take the role from ${node}; its services can run by systemd, or on another board`,
    explain:
      'A Pi 3 and later ones run a 64-bit Raspberry Pi OS. ARMv6 boards (Pi 1, Zero, Zero W) and the first Pi 2 have no 64-bit processor.',
  }),
  NOMAD_CLIENT_WITHOUT_SERVER: code({
    title: 'Nomad clients without a server',
    summary: 'nomad-client is used, and no node is a nomad-server',
    why: 'a client runs what servers give it, and nothing by itself',
    fix: 'add  nomad-server: { on: … }  for 1, 3 or 5 nodes',
    explain:
      'Servers decide which board runs which work and keep that by majority; a board may be a server and a client.',
  }),
  NOMAD_DRIVER_WITHOUT_DOCKER: code<{ node: string }>({
    title: 'Work in containers on a node without Docker',
    summary: ({ node }) => `${node} is to run work by docker, and does not have the role docker`,
    why: 'its agent would find no Docker, and no such work would ever be placed there',
    fix: ({ node }) => `give ${node} the role docker, or take docker out of the drivers`,
    explain:
      'Where `drivers` is left out, a node runs work by `exec`, and by `docker` where the role docker is.',
  }),
  NOMAD_WORK_BEYOND: code<{ service: string; what: string; why: string; fix: string }>({
    title: 'What Nomad cannot do for a service',
    summary: ({ service, what }) => `${service} is run by Nomad, which ${what}`,
    why: ({ why }) => why,
    fix: ({ fix }) => fix,
    explain:
      'A service means the same wherever it is placed. What Nomad would do otherwise than systemd, or not at all, is refused: it checks the port of a service by HTTP or TCP, runs ' +
      'programs in a root of their own, puts values for `${…}`, and runs as many of it as a number says.',
  }),
  NOMAD_WORK_NOT_IN_CONSUL: code<{ service: string; nodes: readonly string[] }>({
    severity: 'warning',
    title: 'A service that Consul does not know',
    summary: ({ service }) => `${service} is run by Nomad, and is not registered in Consul`,
    why: ({ nodes }) =>
      `work on ${nodes.join(', ')} cannot be registered there, so Nomad keeps it in a catalog of its own, and its name does not answer in DNS`,
    fix: ({ nodes }) =>
      `give ${nodes.join(', ')} the role consul-client, and each server of Consul nomad-server; or look it up by  nomad service info`,
    explain:
      'What Nomad runs may move, so it is registered in Consul only where each client that may run it has an agent of Consul on its node, and where each server of Consul finds the keys of Nomad on its own node (all of them with nomad-server, or all of them with nomad-client).',
  }),
  NOMAD_SERVER_BOARD_TOO_SMALL: code<{ node: string; model: string; mebibytes: number }>({
    title: 'A board that cannot carry a Nomad server',
    summary: ({ node, model, mebibytes }) =>
      `${node} is a ${model} with ${mebibytes} MiB of memory, too small for a Nomad server`,
    why: 'a server keeps all jobs, evaluations and allocations in memory, and would be killed for lack of it',
    fix: ({ node }) => `take nomad-server from ${node}, and choose servers with  { memory: ">=1GiB" }`,
    explain:
      'HashiCorp sizes servers for thousands of jobs. For the jobs of a few boards one GiB is enough: the history is kept short, and a unit gets half of the memory at most.',
  }),
  NOMAD_JOB_UNREADABLE: code<{ path: string; problem: string }>({
    title: 'A file that holds no job',
    summary: ({ path, problem }) => `${path} ${problem}`,
    why: 'the servers would refuse it, and the job would not run',
    fix: ({ path }) =>
      path.endsWith('.json')
        ? 'mend the file;  nomad job run -output FILE  prints a job of HCL as JSON'
        : 'save the file as UTF-8 text',
    explain:
      'A file that ends with .json is read as `nomad job run -json` takes it: one job with its `ID`, alone or under the key `Job`. ' +
      'Any other file is HCL, which the servers read when they are asked for a plan; before that only its encoding is looked at.',
  }),
  NOMAD_JOB_ELSEWHERE: code<{ path: string; problem: string }>({
    title: 'A job for another place',
    summary: ({ path, problem }) => `${path} ${problem}`,
    why: 'it would be registered where nobody looks for it, or be refused',
    fix: 'take namespace and region out of the job',
    explain:
      'The jobs of a cluster file belong to the one region of its servers, and to the namespace that Nomad calls default. ' +
      'Jobs of other namespaces are registered by hand; they are left alone.',
  }),
  NOMAD_SERVICE_WITHOUT_CONSUL: code<{ path: string; clients: readonly string[] }>({
    title: 'A job with a service for Consul, and no client that has one',
    summary: ({ path }) => `${path} has a service for Consul, and no client of Nomad has an agent of it`,
    why: 'such work is placed only where a client finds Consul on its own node, so it would be placed nowhere',
    fix: ({ clients }) =>
      `give ${clients.join(', ') || 'the nodes with nomad-client'} the role consul-server or consul-client, or write  provider = "nomad"  into the service`,
    explain:
      'A service without `provider` is for Consul. The client of Nomad registers it with the agent of Consul on its own node. ' +
      'With `provider = "nomad"` Nomad itself knows where the service is.',
  }),
  NOMAD_UNKNOWN_TO_CONSUL: code<{ path: string; servers: readonly string[] }>({
    title: 'A job with a service for a Consul that cannot know the work of Nomad',
    summary: ({ path, servers }) =>
      `${path} has a service for Consul, which finds no keys of Nomad on ${servers.join(', ')}`,
    why: 'each server of Consul asks an agent of Nomad on its own node whose the work is, and refuses it otherwise',
    fix: 'give all servers of Consul the role nomad-server, or all of them nomad-client; or write  provider = "nomad"  into the service',
    explain:
      'Work gets a token of Consul by showing who it is, and Consul checks that with keys from Nomad. They are asked for at one address, which is good on each server of Consul ' +
      'and as long as it is there: an agent of Nomad on the same node. So all of them have nomad-server, or all of them nomad-client.',
  }),
  NOMAD_SERVICE_KEPT_FROM: code<{ path: string; nodes: readonly string[] }>({
    severity: 'warning',
    title: 'Clients that do not take work with services for Consul',
    summary: ({ path, nodes }) => `${path} has a service for Consul, and does not run on ${nodes.join(', ')}`,
    why: 'such work is placed only where a client finds Consul on its own node, and there is no agent of it',
    fix: ({ nodes }) => `give ${nodes.join(', ')} the role consul-client, or leave it so`,
    explain: 'The client of Nomad registers a service with the agent of Consul on its own node.',
  }),
  NOMAD_JOB_TWICE: code<{ id: string; path: string; other: string }>({
    title: 'Two files with the same job',
    summary: ({ id, path, other }) => `${path} holds the job ${id}, and so does ${other}`,
    why: 'a job is known by its name: the second file would replace the first, again with each apply',
    fix: 'give one of them another name, or take one out of the list',
    explain:
      'In JSON the name is the `ID`. In HCL it is the label of the block `job`, or its `id`. The same file twice in the list is the same mistake.',
  }),
})
