/** Codes of the roles of Nomad: numbers of servers, boards. */
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
  NOMAD_SERVER_BOARD_TOO_SMALL: code<{ node: string; model: string; mebibytes: number }>({
    title: 'A board that cannot carry a Nomad server',
    summary: ({ node, model, mebibytes }) =>
      `${node} is a ${model} with ${mebibytes} MiB of memory, too small for a Nomad server`,
    why: 'a server keeps all jobs, evaluations and allocations in memory, and would be killed for lack of it',
    fix: ({ node }) => `take nomad-server from ${node}, and choose servers with  { memory: ">=1GiB" }`,
    explain:
      'HashiCorp sizes servers for thousands of jobs. For the jobs of a few boards one GiB is enough: the history is kept short, and a unit gets half of the memory at most.',
  }),
})
