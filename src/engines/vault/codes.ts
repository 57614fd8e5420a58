/** Codes of the role of Vault: numbers of servers, boards, shares. */
import { code, defineCodes } from '../../diagnostics/define-codes.ts'

/** What can be wrong with Vault before it exists. */
export const rolesVaultCodes = defineCodes({
  VAULT_SERVERS_EVEN: code<{ count: number }>({
    title: 'An even number of Vault servers',
    summary: ({ count }) =>
      `vault runs on ${count} nodes: that tolerates no more losses than ${count - 1} of them`,
    why: ({ count }) =>
      `the majority of ${count} is ${count / 2 + 1}: the last server adds work and one more thing that can fail`,
    fix: ({ count }) => `run it on ${count + 1} nodes, or on ${count - 1}`,
    explain:
      'The servers decide by majority: of 3 two must be there, of 4 three. So 3 and 4 servers both tolerate the loss of one, 5 and 6 the loss of two.',
  }),
  VAULT_SERVERS_SINGLE: code<{ node: string }>({
    severity: 'warning',
    title: 'A single Vault server',
    summary: ({ node }) => `${node} is the only Vault server`,
    why: ({ node }) => `while ${node} is down or sealed nobody gets a secret, and its card is the only copy`,
    fix: 'run vault on 3 nodes; one is fine to try things out',
    explain:
      'Every restart of a server ends with it sealed, until an apply opens it. With three servers another one answers meanwhile.',
  }),
  VAULT_BOARD_32_BIT: code<{ node: string; model: string; architecture: string }>({
    title: 'A board or a system that has no Vault',
    summary: ({ node, model, architecture }) =>
      `${node} is a ${model} with ${architecture}, for which there is no Vault`,
    why: 'its maker builds Vault for 64-bit ARM alone',
    fix: ({ node, architecture }) =>
      architecture === 'armv7'
        ? `put a 64-bit system on ${node} if the board can run one, or take the role from it`
        : `take the role from ${node}`,
    explain:
      'A Pi 3 and later ones run a 64-bit Raspberry Pi OS. ARMv6 boards (Pi 1, Zero, Zero W) and the first Pi 2 have no 64-bit processor.',
  }),
  VAULT_BOARD_TOO_SMALL: code<{ node: string; model: string; mebibytes: number }>({
    title: 'A board that cannot carry a Vault server',
    summary: ({ node, model, mebibytes }) =>
      `${node} is a ${model} with ${mebibytes} MiB of memory, too small for a Vault server`,
    why: 'a server that is killed for lack of memory is sealed when it comes back',
    fix: ({ node }) => `take vault from ${node}, and choose servers with  { memory: ">=1GiB" }`,
    explain: 'The program alone is some 350 MB large, and a unit gets half of the memory at most.',
  }),
  VAULT_SHARES_TOO_FEW: code<{ shares: number; threshold: number }>({
    title: 'More shares needed than there are',
    summary: ({ shares, threshold }) => `${threshold} shares are to open Vault, and there are ${shares}`,
    why: 'a Vault with fewer shares than it takes could never be opened',
    fix: ({ shares }) => `write  threshold: ${shares}  or less`,
    explain: 'The key that opens Vault is split into `shares`, and any `threshold` of them are enough.',
  }),
  VAULT_THRESHOLD_OF_ONE: code<{ shares: number }>({
    title: 'Several shares, each of which opens Vault',
    summary: ({ shares }) => `each of the ${shares} shares opens Vault alone`,
    why: 'with a threshold of one all shares would be the same key, and Vault refuses to begin so',
    fix: 'write  shares: 1  or a threshold of 2 and more',
    explain:
      'With one share and a threshold of one there is a single key; all else needs at least two shares to open.',
  }),
  VAULT_WITHOUT_CONSUL: code<{ node: string }>({
    title: 'A Vault server without an agent of Consul',
    summary: ({ node }) =>
      `Vault on ${node} is to have its data in Consul, and ${node} has no agent of Consul`,
    why: 'a server asks the agent of its own node, and never one over the network',
    fix: ({ node }) => `give ${node} consul-server or consul-client, or write  storage: raft`,
    explain:
      'With `storage: consul` Vault keeps its data, encrypted, in the key-value store of Consul, and a lock there says which server is active.',
  }),
  VAULT_ENTRY_WITHOUT_ENGINE: code<{ path: string; mount: string; is: string }>({
    title: 'An entry where none can lie',
    summary: ({ path, mount, is }) => `the entry ${path} lies in ${mount}, which ${is}`,
    why: 'only a secrets engine of type kv holds entries',
    fix: ({ mount }) =>
      `write  mounts: { ${mount}: { type: kv, version: 2 } }  or another path for the entry`,
    explain:
      'The path of an entry begins with that of its secrets engine: kv/app/database lies in the one at kv. One that somebody made by hand need not stand under `mounts`.',
  }),
})
