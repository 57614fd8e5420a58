/** Codes for what services run, and for who is to keep them running. */
import { code, defineCodes } from '../define-codes.ts'

/** What can be wrong with a service. */
export const servicesCodes = defineCodes({
  SERVICE_RUN_UNCLEAR: code<{ service: string; found: readonly string[]; choices: readonly string[] }>({
    title: 'A service that runs nothing, or two things',
    summary: ({ service, found }) =>
      found.length === 0
        ? `run of ${service} says nothing to run`
        : `${service} runs ${found.join(' and ')}: one too many`,
    why: 'a service is one thing that runs, and is started and stopped as one',
    fix: ({ found, choices }) =>
      found.length === 0 ? `add one of: ${choices.join(', ')}` : 'make two services of it',
    explain:
      '`run` takes one of `unit` (a unit of systemd that is there), `binary` (a program that is on the node) and `container` (an image).',
  }),
  SERVICE_KEY_WITHOUT_USE: code<{ service: string; key: string; because: string }>({
    title: 'A key that means nothing for this service',
    summary: ({ service, key, because }) => `${key} of ${service} means nothing: ${because}`,
    why: 'it would be read and go nowhere, and nobody would be told',
    fix: ({ key }) => `take ${key} out`,
    explain:
      'Environment, memory, schedules and updates belong to a binary or a container. A unit has its own: write a drop-in with the role `units`. ' +
      '`missed` and `time_zone` belong to a schedule, and what runs on a schedule listens on no port.',
  }),
  SERVICE_BY_NOBODY: code<{ service: string; by: string; known: readonly string[] }>({
    title: 'A service for somebody who is not there',
    summary: ({ service, by }) => `${service} is to be run by ${by}, and no node that may run it has that`,
    why: 'it would run nowhere',
    fix: ({ known }) =>
      `write one of these as by: ${known.join(', ')}; or take by out, or give these nodes a role that takes such work, such as nomad-client`,
    explain:
      'A binary or a container goes to Nomad where a node that may run it (`on`, `needs`) has the role `nomad-client`, else to systemd. `run: { by: … }` decides otherwise.',
  }),
  SERVICE_BEYOND_SYSTEMD: code<{ service: string; what: string; why: string; fix: string }>({
    title: 'What systemd cannot do for a service',
    summary: ({ service, what }) => `${service} is run by systemd, which ${what}`,
    why: ({ why }) => why,
    fix: ({ fix }) => fix,
    explain:
      'Where no orchestrator has the nodes of a service, systemd runs it on the board: programs, all the time or on a schedule. Containers want an orchestrator that takes ' +
      'services, which Nomad does; a Docker Swarm is not given services yet.',
  }),
  SERVICE_CHANGES_AT_ONCE: code<{ service: string }>({
    severity: 'warning',
    title: 'An update that systemd does at once',
    summary: ({ service }) => `${service} is run by systemd, which has no way back from a change`,
    why: 'its unit is started anew with what is wanted now, and stays so when that fails; the apply says that it failed',
    fix: 'take update out, or give its nodes the role nomad-client',
    explain:
      'A rolling update with a way back wants somebody who has the version before: Nomad does. systemd starts what is there.',
  }),
})
