import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readClusterFile } from './read.ts'

const roles = {
  base: {
    options: z.object({ timezone: z.string().default('UTC'), locale: z.string().optional() }),
    perNode: ['timezone'],
  },
  notes: { options: z.object({ text: z.string() }), uses: 'several' as const },
  'consul-server': {
    options: z
      .object({
        ui: z.string().optional(),
        version: z
          .string()
          .regex(/^\d+\.\d+$/, 'wants two numbers')
          .optional(),
      })
      .refine(({ ui }) => ui !== 'nobody', {
        path: ['ui'],
        error: 'is nobody',
        params: { fix: 'name a node' },
      }),
  },
}

function read(text: string) {
  return readClusterFile({ path: 'cluster.yaml', text }, { roles })
}

const SMALL = 'cluster: office\ndomain: Office.example.net.\nnodes:\n  hammond:\n'

describe('a small cluster file', () => {
  it('is complete once its defaults are filled in', () => {
    const { file, diagnostics } = read(SMALL)
    expect(diagnostics).toEqual([])
    expect(file).toEqual({
      cluster: 'office',
      domain: 'office.example.net',
      access: { user: 'pi', port: 22, authorized_keys: [] },
      nodes: { hammond: { has: [], labels: {} } },
      groups: {},
      services: {},
      roles: {},
    })
  })
})

describe('a cluster file with everything', () => {
  const { file, diagnostics } = read(`\
cluster: office
domain: office.example.net
access: { user: admin, port: 2222, authorized_keys: ~/.ssh/id_ed25519.pub, sudo: password }
nodes:
  hammond: { address: 192.168.42.10, has: led-matrix, model: pi4, memory: 4GB, labels: { room: 12, rack: true } }
  oneil: { address: "fd00::10", via: hammond, port: 22, user: pi, architecture: arm64 }
  ears: { address: "fe80::1%usb0", via: admin@jump.example.net, serial: 1000000012345678, mac: B8-27-EB-00-00-01 }
groups:
  core: { model: [pi3, pi4], memory: ">=1GiB", count: 1 }
  loud: [ears, core]
roles:
  base: { on: all, timezone: Europe/Lisbon }
  consul-server: { on: core, count: 1, version: 1.10 }
services:
  doorbell:
    needs: led-matrix
    port: 8080
    check: { http: ":8080/health", interval: 30s }
    run: { unit: doorbell.service }
releases: { mirror: /srv/mirror, key: ./mirror.pub }
lab: { release: trixie, share_memory: true }
`)

  it('has nothing wrong with it', () => {
    expect(diagnostics).toEqual([])
  })

  it('turns one value into a list, and text that YAML takes for numbers back into text', () => {
    expect(file?.nodes['hammond']).toMatchObject({
      has: ['led-matrix'],
      labels: { room: '12', rack: 'true' },
    })
    expect(file?.nodes['ears']).toMatchObject({ serial: '1000000012345678', mac: 'b8:27:eb:00:00:01' })
  })

  it('keeps where a role is apart from the options that the role itself has checked', () => {
    expect(file?.roles['consul-server']).toEqual([
      { path: ['roles', 'consul-server'], on: ['core'], count: 1, options: { version: '1.10' } },
    ])
    expect(file?.roles['base']).toEqual([
      { path: ['roles', 'base'], on: ['all'], options: { timezone: 'Europe/Lisbon' } },
    ])
  })

  it('fills in how often a service is checked', () => {
    expect(file?.services['doorbell']?.check).toEqual([
      { http: ':8080/health', interval: '30s', timeout: '5s' },
    ])
  })
})

describe('mistakes', () => {
  it('are told all at once, those between keys beside those within them, in the order of the file', () => {
    const { file, diagnostics } = read(`\
cluster: Office
nodes:
  a: { address: 192.0.2.1, port: x }
  b: { address: 192.0.2.1, via: c }
groups: [a]
roles:
  base: { timezone: 5, colour: red }
  consul-server: { on: [d], ui: nobody, version: "1" }
`)
    expect(file).toBeUndefined()
    const told = diagnostics.map(({ code, where }) => [code, where && 'line' in where ? where.line : 0])
    expect(told).toEqual([
      ['MISSING_KEY', 1],
      ['NAME_NOT_DNS_LABEL', 1],
      ['WRONG_TYPE', 3],
      ['UNKNOWN_JUMP', 4],
      ['WRONG_TYPE', 5],
      ['MISSING_KEY', 7],
      ['WRONG_TYPE', 7],
      ['UNKNOWN_KEY', 7],
      ['UNKNOWN_NAME', 8],
      ['BAD_VALUE', 8],
      ['BAD_VALUE', 8],
    ])
  })

  it('in what a service runs, or when, say nothing of what hangs on it', () => {
    const services =
      '  a: { on: all, run: { container: web } }\n  b: { on: all, schedule: often, missed: skip }\n'
    const { diagnostics } = read(`${SMALL}services:\n${services}`)
    expect(diagnostics.map(({ code }) => code)).toEqual(['BAD_VALUE', 'BAD_VALUE'])
  })

  it('in the options of a role say what the role says, at the place of the value', () => {
    const { diagnostics } = read(`${SMALL}roles:\n  consul-server: { on: all, ui: nobody }\n`)
    expect(diagnostics).toMatchObject([
      {
        summary: 'roles.consul-server.ui is nobody',
        fix: 'name a node',
        where: { line: 6, column: 33, length: 6 },
      },
    ])
  })

  it('that are only warnings leave a file to go on with', () => {
    const { file, diagnostics } = read('cluster: a\ndomain: a.lan\nnodes: { b: }\n')
    expect(diagnostics.map(({ code }) => code)).toEqual(['DOMAIN_UNREGISTERED'])
    expect(file?.domain).toBe('a.lan')
  })

  it('at the top of the file are no reason to stop', () => {
    for (const text of ['[]', 'text', '5', '- a\n- b\n']) {
      expect(read(text).diagnostics.map(({ code }) => code)).toEqual(['WRONG_TYPE'])
    }
  })

  it('are found for names that JavaScript knows as well', () => {
    const { diagnostics } = read(`${SMALL}roles:\n  base: { on: constructor }\n  toString: { on: all }\n`)
    expect(diagnostics.map(({ code }) => code)).toEqual(['UNKNOWN_NAME', 'UNKNOWN_ROLE'])
  })
})

describe('the domain', () => {
  it.each([
    'home.arpa',
    'pi.home.arpa',
    'office.internal',
    'example.com',
    'lab.example',
    'mooncarrot.space',
    'xn--bcher-kva.example.net',
    'a.xn--p1ai',
  ])('%s is fine', (domain) => {
    expect(read(`cluster: a\ndomain: ${domain}\nnodes: { b: }\n`).diagnostics).toEqual([])
  })

  it.each(['office', 'office.consul', 'office.lan', 'office.local', 'my.home', 'dc1.pi', 'a.b2'])(
    '%s gets a warning',
    (domain) => {
      const { file, diagnostics } = read(`cluster: a\ndomain: ${domain}\nnodes: { b: }\n`)
      expect(diagnostics.map(({ severity }) => severity)).toEqual(['warning'])
      expect(file).toBeDefined()
    },
  )

  it.each(['192.168.1.1', '-a.net', 'a..net', 'a_b.net', `${'a'.repeat(64)}.net`])(
    '%s is refused',
    (domain) => {
      const { diagnostics } = read(`cluster: a\ndomain: ${domain}\nnodes: { b: }\n`)
      expect(diagnostics.map(({ code }) => code)).toEqual(['BAD_VALUE'])
    },
  )
})

describe('a role that may be used several times', () => {
  const notes = (text: string) => read(`${SMALL}roles:\n  notes:${text}`)

  it('is one use or a list of uses, each with the way to its place', () => {
    expect(notes(' { on: all, text: one }\n').file?.roles['notes']).toEqual([
      { path: ['roles', 'notes'], on: ['all'], options: { text: 'one' } },
    ])
    const two = notes('\n    - { on: all, text: one }\n    - { on: hammond, count: 1, text: two }\n').file
    expect(two?.roles['notes']?.map(({ path, count }) => [path.at(-1), count])).toEqual([
      [0, undefined],
      [1, 1],
    ])
  })

  it('says of each use what is wrong with it, and where', () => {
    const { diagnostics } = notes(
      '\n    - { on: all, txt: one }\n    - { on: hamond, text: two }\n    - { text: three }\n    - 7\n',
    )
    expect(diagnostics.map(({ code, where }) => [code, where && 'line' in where && where.line])).toEqual([
      ['MISSING_KEY', 7],
      ['UNKNOWN_KEY', 7],
      ['MISSING_KEY', 9],
      ['WRONG_TYPE', 10],
    ])
    const names = notes('\n    - { on: all, text: one }\n    - { on: hamond, text: two }\n').diagnostics
    expect(names.map(({ code, where }) => [code, where && 'line' in where && where.line])).toEqual([
      ['UNKNOWN_NAME', 8],
    ])
  })

  it('is refused as a list where a role can be used once', () => {
    const { diagnostics } = read(`${SMALL}roles:\n  base: [{ on: all }]\n`)
    expect(diagnostics.map(({ code, summary }) => [code, summary])).toEqual([
      ['WRONG_TYPE', 'roles.base takes a map, not a list'],
    ])
  })
})

describe('options of one node', () => {
  const node = (options: string, more = '') =>
    read(
      `cluster: office\ndomain: office.example.net\nnodes:\n  hammond:\n    options:\n      base: ${options}\nroles:\n  base: { on: all, locale: de ${more}}\n`,
    )

  it('are laid over those of the role, which fill in what they leave out', () => {
    const use = node('{ timezone: Europe/Lisbon }').file?.roles['base']?.[0]
    expect(use?.options).toEqual({ timezone: 'UTC', locale: 'de' })
    expect(use?.onNode).toEqual({ hammond: { timezone: 'Europe/Lisbon', locale: 'de' } })
    expect(node('{}', ', timezone: Asia/Tokyo').file?.roles['base']?.[0]?.onNode).toEqual({
      hammond: { timezone: 'Asia/Tokyo', locale: 'de' },
    })
  })

  it.each([
    ['{ timezon: UTC }', 'UNKNOWN_KEY', 'did you mean timezone?'],
    ['{ timezone: [] }', 'WRONG_TYPE', expect.anything()],
    ['{ locale: pt }', 'UNKNOWN_KEY', expect.anything()],
  ])('are judged where they stand: %s', (options, code, fix) => {
    const { diagnostics } = node(options)
    expect(
      diagnostics.map((one) => [one.code, one.fix, one.where && 'line' in one.where && one.where.line]),
    ).toEqual([[code, fix, 6]])
  })
})
