/** What is said of slips that people make with their first file: what to write, at the place where it is to be written. */
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readClusterFile } from './read.ts'

const roles = {
  base: {
    options: z.object({
      time: z
        .object({ sync: z.boolean().default(true), servers: z.array(z.string()).default([]) })
        .optional(),
      volumes: z.record(z.string(), z.string()).default({}).describe('Folders, by name.'),
    }),
  },
}

const FILE = `cluster: office
domain: office.example.net
nodes:
  ada: { address: 192.0.2.10, model: pi4, memory: 4GiB }
roles:
  base: { on: all }
`

/** Everything that is said: code, line and what to type. */
function said(change: (text: string) => string): string[] {
  const { diagnostics } = readClusterFile({ path: 'cluster.yaml', text: change(FILE) }, { roles })
  return diagnostics.map(({ code, where, fix }) => {
    const line = where && 'line' in where ? where.line : 0
    return `${code}:${line}: ${fix.split('\n')[0]}`
  })
}

it('says what the entries of a map of names mean', () => {
  const text = FILE.replace('on: all', 'on: all, volumes: { media: {} }')
  const { diagnostics } = readClusterFile({ path: 'cluster.yaml', text }, { roles })
  expect(diagnostics.map(({ code, fix }) => [code, fix])).toEqual([
    ['WRONG_TYPE', 'write text\n(Folders, by name)'],
  ])
})

describe('a slip is answered once, with what to write', () => {
  it.each([
    [
      'nodes as a list',
      (text: string) => text.replace(/ {2}ada.*\n/, '  - ada\n  - bob\n'),
      'WRONG_TYPE:3: write the names as keys:  ada: { … }, bob: { … }',
    ],
    [
      'roles as a list',
      (text: string) => text.replace(/roles:\n.*\n/, 'roles: [base]\n'),
      'WRONG_TYPE:5: write the names as keys:  base: { … }',
    ],
    [
      'no nodes',
      (text: string) => text.replace(/ {2}ada.*\n/, ''),
      'NO_NODES:3: add one under nodes, for instance  hammond: { address: 192.168.1.10 }',
    ],
    [
      'a word where a map belongs',
      (text: string) => text.replace('on: all', 'on: all, time: pool.ntp.org'),
      'WRONG_TYPE:6: write a map, with keys such as sync, servers',
    ],
    [
      'yes for all',
      (text: string) => text.replace('on: all', 'on: yes'),
      'UNKNOWN_NAME:6: did you mean all?',
    ],
    [
      'a model by its name in the shop',
      (text: string) => text.replace('model: pi4', 'model: Raspberry Pi 4 Model B'),
      'WRONG_CHOICE:4: did you mean pi4?',
    ],
    [
      'a quote that nothing closes',
      (text: string) => text.replace('cluster: office', "cluster: 'office"),
      'YAML_SYNTAX:1: look at the indentation, colons and quotes here and on the line above',
    ],
  ])('%s', (_, change, answer) => {
    expect(said(change)).toEqual([answer])
  })
})
