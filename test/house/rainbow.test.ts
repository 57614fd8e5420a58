/** The two cluster files of the example rainbow are one cluster. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { bramble } from '../cli/command-run.ts'

const FOLDER = 'examples/rainbow'

interface Written {
  readonly roles: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

const written = (file: string): Written => parse(readFileSync(`${FOLDER}/${file}`, 'utf8')) as Written

describe('with-mesh.yaml of the example rainbow', () => {
  it('is cluster.yaml with a mesh, Consul on it and a firewall', () => {
    const plain = written('cluster.yaml')
    expect(written('with-mesh.yaml')).toEqual({
      ...plain,
      roles: {
        ...plain.roles,
        wireguard: { on: 'all' },
        'consul-server': { ...plain.roles['consul-server'], network: 'wireguard' },
        firewall: { on: 'all' },
      },
    })
  })

  it('has no mistakes', async () => {
    const { code, err } = await bramble(['-C', FOLDER, '-f', 'with-mesh.yaml', 'check'])
    expect([code, err]).toEqual([0, ''])
  })
})
