import { expect, it } from 'vitest'
import { Inventory } from './inventory.ts'
import { readIni } from './read-ini.ts'

function read(text: string) {
  const inventory = new Inventory()
  readIni(inventory, 'hosts.ini', text)
  const values = (of: Iterable<readonly [string, { readonly value: unknown }]>) =>
    Object.fromEntries([...of].map(([name, { value }]) => [name, value]))
  return {
    hosts: Object.fromEntries([...inventory.hosts].map(([name, { variables }]) => [name, values(variables)])),
    groups: Object.fromEntries(
      [...inventory.groups].map(([name, { hosts, children, variables }]) => [
        name,
        { hosts: [...hosts], children: [...children.keys()], variables: values(variables) },
      ]),
    ),
    findings: inventory.findings.map(({ place, text: says }) => `${place.line}:${place.column} ${says}`),
  }
}

it.each([
  ['a number', 'a x=22', 22],
  ['a number with a leading zero, which is a text', 'a x=022', '022'],
  ['a word, also true', 'a x=true', 'true'],
  ["Python's True", 'a x=True', true],
  ['what stands in quotes, with blanks', `a x='one two'`, 'one two'],
  ['a text in quotes in quotes', `a x='"22"'`, '22'],
  ['a list', `a x="['a', 1, None]"`, ['a', 1, null]],
  ['a map', `a x="{'k': 'v', 'n': [1, 2,]}"`, { k: 'v', n: [1, 2] }],
  ['= and , inside', 'a x=zone=attic,hat=sense', 'zone=attic,hat=sense'],
  ['what stands before a comment', 'a x=1   # and not this', 1],
  ['a # inside of quotes', `a x="a#b"`, 'a#b'],
  ['a \\ before a blank', 'a x=one\\ two', 'one two'],
])('takes %s', (_, line, value) => {
  expect(read(line).hosts).toEqual({ a: { x: value } })
})

it.each([
  ['oak[1:3]', ['oak1', 'oak2', 'oak3']],
  ['oak[08:10]', ['oak08', 'oak09', 'oak10']],
  ['oak[1:7:3]', ['oak1', 'oak4', 'oak7']],
  ['[a:c].example.net', ['a.example.net', 'b.example.net', 'c.example.net']],
  ['r[1:2]-[a:b]', ['r1-a', 'r1-b', 'r2-a', 'r2-b']],
  ['192.0.2.[40:41]', ['192.0.2.40', '192.0.2.41']],
])('takes the range %s', (pattern, names) => {
  expect(Object.keys(read(`[g]\n${pattern} x=1\n`).hosts)).toEqual(names)
})

it('takes groups, their groups and their variables, with CRLF, comments and blanks', () => {
  const text =
    '; one\r\n[ work ]\r\n[work]\r\nash:2200\r\n[all_of:children]\r\nwork   # both\r\n[all_of:vars]\r\n a = b c \r\n'
  const { groups, hosts } = read(text.replace('[ work ]\r\n', ''))
  expect(hosts).toEqual({ ash: { ansible_port: 2200 } })
  expect(groups).toEqual({
    work: { hosts: ['ash'], children: [], variables: {} },
    all_of: { hosts: [], children: ['work'], variables: { a: 'b c' } },
  })
})

it.each([
  [
    'a section of an unknown sort',
    '[work:var]\nx=1\n[rest]\nash',
    '1:1 [work:var] is no section, perhaps [work:vars] is meant; left out',
  ],
  ['a word that is no setting', 'ash up', '1:5 up is no NAME=VALUE; left out'],
  ['a quote that is open', `ash x='1`, '1:1 the quote at column 7 is not closed; the line is left out'],
  ['a range that is none', 'ash[1-3]', '1:1 [1-3] in ash[1-3] is no range such as [1:3] or [a:c]; left out'],
  ['a range without an end', 'ash[1:3', '1:1 ash[1:3 has a bracket without its partner; left out'],
  ['a number too many', 'ash[1:20261129]', '1:1 ash[1:20261129] stands for more than 10000 hosts; left out'],
  [
    'a comment that is none',
    '[a:vars]\nx=y # z',
    '2:1 x: Ansible takes what follows # here for a part of the value',
  ],
])('tells %s, and reads the rest', (_, text, finding) => {
  expect(read(text).findings).toEqual([finding])
})
