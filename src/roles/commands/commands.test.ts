/** The role `commands`, held to the contract of roles, and what is its own. */
import { describe, expect, it } from 'vitest'
import {
  clusterFixture,
  fileFixture,
  releaseFixture,
  secretsFixture,
} from '../../../test/contract/cluster-fixture.ts'
import { describeAsRoot } from '../../../test/contract/as-root.ts'
import { programOf, runProgram } from '../../../test/contract/program-run.ts'
import { describeRole } from '../../../test/contract/role.ts'
import { entryAt, makeRoot, place, removeRoot } from '../../../test/contract/scratch-root.ts'
import { contentOf, type Content, type Resource } from '../../resources/kind.ts'
import type { Role } from '../role.ts'
import commands from './commands.ts'

const name = 'make the index'

describeRole({
  role: commands as unknown as Role<never>,
  required: { name, run: ['true'] },
  samples: {
    'guards and a way back': {
      name,
      run: ['make-index'],
      creates: '/srv/index',
      unless: ['false'],
      only_if: ['true'],
      undo: ['rm', '/srv/index'],
    },
    'a script': { name, script: 'index.sh', arguments: ['--all'] },
  },
})

function made(written: object, file: (path: string) => Content = fileFixture): readonly Resource[] {
  const cluster = clusterFixture({ nodes: [{ roles: ['commands'] }] })
  const node = cluster.nodes[0] as (typeof cluster.nodes)[0]
  const options = commands.options.parse(written)
  return commands.resources({
    options,
    node,
    cluster,
    secrets: secretsFixture(),
    release: releaseFixture,
    file,
  })
}

const problems = (written: object) =>
  commands.options.safeParse(written).error?.issues.map(({ path, message }) => [path.join('.'), message])

describe('a command', () => {
  it('has one thing to run', () => {
    expect(problems({ name })).toEqual([['', 'has nothing to run']])
    expect(problems({ name, run: 'true', script: 'x' })).toEqual([['script', 'is a second thing to run']])
    expect(problems({ name, run: 'true', arguments: ['x'] })).toEqual([['arguments', 'belong to a script']])
  })
})

describeAsRoot('a command on a node', () => {
  it('runs once, and again only when its script or its arguments are others', async () => {
    const root = await makeRoot({ '/usr/local/lib': { folder: true } })
    await place(root, '/srv/log', '')
    const script = (text: string) => () => contentOf(`#!/bin/sh\necho "${text} $1" >>/srv/log\n`)
    const run = async (text: string, ...given: string[]): Promise<string[]> => {
      const own = made({ name, script: 'index.sh', arguments: given }, script(text))
      const result = await runProgram(root, await programOf(own), 'converge', { live: true })
      expect(result.failed).toEqual(new Map())
      return [...result.changed]
    }
    try {
      expect(await run('one', 'a')).toContain('command:make the index')
      expect(await run('one', 'a')).toEqual([])
      expect(await run('one', 'b')).toEqual(['command:make the index'])
      expect(await run('two', 'b')).toContain('command:make the index')
      expect(await run('two', 'b')).toEqual([])
      expect(await entryAt(root, '/srv/log', '')).toBe('one a\none b\ntwo b\n')
    } finally {
      await removeRoot(root)
    }
  })
})
