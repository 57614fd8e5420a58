/** Codes for the engines' own clients on the user's computer. */
import { code, defineCodes } from '../define-codes.ts'

/** What keeps a client from its engine. */
export const clientCodes = defineCodes({
  CLIENT_UNKNOWN: code<{ name: string; clients: readonly string[]; near?: string | undefined }>({
    origin: 'cluster',
    shownBy: 'src/api/clients/clients.test.ts',
    title: 'An engine whose client the cluster cannot serve',
    summary: ({ name }) => `the cluster has no engine for a client called ${name}`,
    why: ({ clients }) =>
      clients.length === 0
        ? 'none of its roles has an engine with a client'
        : `its engines have ${clients.length === 1 ? 'one client' : 'clients'}: ${clients.join(', ')}`,
    fix: ({ near, clients }) =>
      near !== undefined
        ? `did you mean ${near}?`
        : clients.length === 0
          ? 'give the cluster a role of an engine, such as consul-server, then run bramble apply'
          : `name one of them, such as bramble env ${clients[0] ?? ''}`,
    explain:
      'Each engine is called as its own client is: `consul`, `docker`. `bramble env NAME` prints the variables that the client goes by, and `bramble connect NAME` holds a way to the engine open.',
  }),
  CLIENT_NOT_CONNECTED: code<{ name: string }>({
    origin: 'cluster',
    shownBy: 'src/api/clients/clients.test.ts',
    title: 'An engine that takes requests on its nodes only',
    summary: ({ name }) => `${name} takes requests on its nodes only, and no way there is open`,
    why: 'nothing of it listens on the network',
    fix: ({ name }) =>
      `bramble connect ${name}  in another terminal, or  bramble connect ${name} -- ${name} …  for one command`,
    explain:
      'What listens on the network can be attacked from there, so engines listen on the loopback of their nodes. `bramble connect NAME` holds a way through SSH open until Ctrl-C, and `bramble env NAME` then prints where it begins. ' +
      'With `-- COMMAND` the way is there for that command alone.',
  }),
  CLIENT_NOT_REACHED: code<{ name: string; problems: readonly string[] }>({
    origin: 'delivery',
    shownBy: 'src/api/clients/clients.test.ts',
    title: 'An engine that none of its nodes lets us ask',
    summary: ({ name }) => `${name} cannot be reached on any of its nodes`,
    why: ({ problems }) => problems.join('; '),
    fix: 'bramble status',
    explain:
      'The nodes are tried one after the other, best first. Each answer is part of the message: a node that is not reached, or one where nothing takes requests.',
  }),
  CLIENT_NEVER_APPLIED: code<{ name: string }>({
    origin: 'cluster',
    shownBy: 'src/api/clients/clients.test.ts',
    title: 'An engine that was never set up from here',
    summary: ({ name }) => `there are no secrets to ask ${name} with`,
    why: 'they are made by the first apply',
    fix: 'bramble apply',
    explain:
      'The certificates and tokens of a cluster lie encrypted in `secrets/` beside the cluster file. Somebody else who works on the cluster has them in the same repository.',
  }),
})
