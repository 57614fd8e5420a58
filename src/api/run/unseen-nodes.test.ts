import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { unseenNodes } from './unseen-nodes.ts'

const node = (name: string, facts: Readonly<Record<string, string>>) => ({ name, facts, roles: [] })

it('are those that were never seen, and those that may be another board by the same name', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bramble-unseen-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'known_hosts')
  const nodes = [node('ant', { machine_id: 'a' }), node('bee', { machine_id: 'b' }), node('cow', {})]
  expect(unseenNodes(nodes, file)).toEqual(['ant', 'bee', 'cow'])
  writeFileSync(file, 'ant ssh-ed25519 AAAA\nbee ssh-ed25519 AAAA\ncow ssh-ed25519 AAAA\n')
  expect(unseenNodes(nodes, file)).toEqual(['cow'])
  // What `ssh-keygen -R bee` leaves.
  writeFileSync(file, 'ant ssh-ed25519 AAAA\ncow ssh-ed25519 AAAA\n')
  expect(unseenNodes(nodes, file)).toEqual(['bee', 'cow'])
})
