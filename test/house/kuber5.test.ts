/** The two cluster files of the example kuber5 are one cluster. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { bramble } from '../cli/command-run.ts'

const FOLDER = 'examples/kuber5'

const written = (file: string) =>
  parse(readFileSync(`${FOLDER}/${file}`, 'utf8')) as Readonly<
    Record<string, Readonly<Record<string, unknown>>>
  >

it('with-nfs.yaml of the example kuber5 is cluster.yaml with a shared disk, and has no mistakes', async () => {
  const { roles, lab: _lab, ...rest } = written('with-nfs.yaml')
  const { roles: plain, lab: _plainLab, ...plainRest } = written('cluster.yaml')
  const { 'nfs-server': _server, 'nfs-volume': _volume, ...others } = roles ?? {}
  expect([others, rest]).toEqual([plain, plainRest])
  const { code, err } = await bramble(['-C', FOLDER, '-f', 'with-nfs.yaml', 'check'])
  expect([code, err]).toEqual([0, ''])
})
