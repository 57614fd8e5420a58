import { readFileSync, rmSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { bramble } from '../../../test/cli/command-run.ts'

const INVENTORIES = resolve('test/inventories')

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bramble-import-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

/** What a command line prints that was given an inventory; its cluster file is then checked. */
async function imported(words: readonly string[]) {
  const folder = emptyFolder()
  const { code, out, err } = await bramble(['import', 'ansible', ...words], { folder: INVENTORIES })
  writeFileSync(join(folder, 'cluster.yaml'), out)
  const checked = await bramble(['check'], { folder })
  expect([checked.code, checked.err]).toEqual([0, ''])
  return { code, out, lines: err.split('\n').filter(Boolean), folder }
}

it('prints a cluster file that is in order, and tells the rest beside it, each with its place', async () => {
  const { code, out, lines } = await imported(['shelf.ini'])
  expect(code).toBe(0)
  expect(out).toBe(readFileSync(join(INVENTORIES, 'shelf.yaml'), 'utf8'))
  expect(lines.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
    'shelf.ini:2:13 seat',
    'shelf.ini:4:13 seat',
    'shelf.ini:5:13 seat',
    'shelf.ini:15:21 manager',
    'shelf.ini:18:1 ansible_python_interpreter',
    'shelf.ini:19:1 ansible_become_pass',
  ])
})

it('takes a folder with its variables, and what Ansible passes over in silence is told', async () => {
  const { out, lines } = await imported(['oaks'])
  expect(out).toBe(readFileSync(join(INVENTORIES, 'oaks.yaml'), 'utf8'))
  expect(lines.filter((line) => !/^oaks\/\S+:\d+:\d+ ./.test(line))).toEqual([])
  const told = lines.join('\n')
  expect(told).toMatch(/inventory\.yml:6:9 desk is no node: it is the computer that Ansible runs on/)
  expect(told).toMatch(/inventory\.yml:8:16 store is no node: .*--with outside/)
  expect(told).toMatch(/inventory\.yml:13:21 Ansible passes over ansible-host: it is spelt ansible_host/)
  expect(told).toMatch(/inventory\.yml:12:43 ip is another address than 192\.0\.2\.12/)
  expect(told).toMatch(/all\.yaml:1:1 this file is passed over.*all\.yml is read/)
  expect(told).not.toMatch(/timezone/)
})

it('takes in what is named, and leaves out what is named', async () => {
  const { out } = await imported(['oaks', '--with', 'outside', '--without', 'nas', '--without', 'oak1'])
  expect(out).toMatch(/^ {2}store: \{ address: s3\.example\.net \}$/m)
  expect(out).not.toMatch(/192\.0\.2\.4[012]|oak1/)
})

it('gives the same bytes whoever asks', async () => {
  const both = await Promise.all(
    ['kai', 'ada'].map((user) =>
      bramble(['import', 'ansible', 'oaks'], { folder: INVENTORIES, environment: { USER: user } }),
    ),
  )
  expect(both[0]).toEqual(both[1])
})

it('takes the same file with CRLF, two spellings of a name and an empty group', async () => {
  const folder = emptyFolder()
  const text = readFileSync(join(INVENTORIES, 'shelf.ini'), 'utf8')
  writeFileSync(join(folder, 'hosts.ini'), `${text}[none]\n[disk]\nAlder.local\n`.replaceAll('\n', '\r\n'))
  const { code, out, err } = await bramble(['import', 'ansible', 'hosts.ini', '--name', 'shelf'], { folder })
  expect(code).toBe(0)
  const lines = (of: string): string[] => of.split('\n').slice(2)
  expect(lines(out.replace(/^cluster: .*/m, ''))).toEqual(
    lines(readFileSync(join(INVENTORIES, 'shelf.yaml'), 'utf8').replace(/^cluster: .*/m, '')),
  )
  expect(err).toMatch(/hosts\.ini:22:1 Alder\.local and alder\.local are one node, alder/)
  expect(err).toMatch(/hosts\.ini:20:1 the group none has no node here/)
})

it('prints no value of a variable, and no secret', async () => {
  const folder = emptyFolder()
  writeFileSync(
    join(folder, 'hosts.ini'),
    'ash ansible_become_pass=opensesame wifi_psk=opensesame ansible_password=opensesame\n',
  )
  const { out, err } = await bramble(['import', 'ansible', 'hosts.ini'], { folder })
  expect(out).toMatch(/ash: \{\}|ash: \{ sudo: password \}/)
  expect(out + err).not.toMatch(/opensesame/)
})

it('says all of it to a program', async () => {
  const { code, out } = await bramble(['import', 'ansible', 'shelf.ini', '--json'], { folder: INVENTORIES })
  const { text, findings } = JSON.parse(out) as { text: string; findings: { place: { line: number } }[] }
  expect([code, text, findings[0]?.place.line]).toEqual([
    0,
    readFileSync(join(INVENTORIES, 'shelf.yaml'), 'utf8'),
    2,
  ])
})

it('refuses what cannot be read, and what holds no node', async () => {
  const missing = await bramble(['import', 'ansible', 'nowhere.ini'], { folder: INVENTORIES })
  expect([missing.code, missing.out]).toEqual([1, ''])
  expect(missing.err).toMatch(/INVENTORY_UNREADABLE: nowhere\.ini cannot be read/)
  const folder = emptyFolder()
  writeFileSync(join(folder, 'hosts.ini'), 'localhost ansible_connection=local\n')
  const empty = await bramble(['import', 'ansible', 'hosts.ini'], { folder })
  expect([empty.code, empty.out]).toEqual([1, ''])
  expect(empty.err).toMatch(/hosts\.ini:1:1 localhost is no node[^]*INVENTORY_EMPTY/)
})

it('sends no control character of an inventory to the terminal', async () => {
  const folder = emptyFolder()
  writeFileSync(join(folder, 'hosts.ini'), 'ash \u001B[31mred=1\n')
  const { err } = await bramble(['import', 'ansible', 'hosts.ini'], { folder })
  expect(err).toMatch(/red has no home in a cluster file/)
  expect(err).not.toContain('\u001B')
})
