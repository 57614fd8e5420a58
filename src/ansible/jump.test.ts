import { expect, it } from 'vitest'
import { sshArguments } from './jump.ts'

it.each([
  ['-J ada@gate', { host: 'gate', user: 'ada' }],
  ['-Jgate:2200', { host: 'gate', port: 2200 }],
  ['-o ProxyJump=ada@gate.example.net:2200', { host: 'gate.example.net', user: 'ada', port: 2200 }],
  ['-oProxyJump=ssh://ada@[2001:db8::1]:22', { host: '2001:db8::1', user: 'ada', port: 22 }],
  [`-o 'ProxyJump ada@gate'`, { host: 'gate', user: 'ada' }],
  ['-o ProxyCommand="ssh -q -W %h:%p ada@gate -p 2200"', { host: 'gate', user: 'ada', port: 2200 }],
  [`-o ProxyCommand='ssh -W %h:%p -l ada -o Port=2200 gate'`, { host: 'gate', user: 'ada', port: 2200 }],
  ['-o ProxyCommand="/usr/bin/ssh gate -W %h:%p"', { host: 'gate' }],
])('finds the way in %s', (text, jump) => {
  expect(sshArguments(text)).toEqual({ jump, others: [] })
})

it.each([
  ['-o ProxyCommand="nc -X connect gate %h %p"', /more than ssh -W/],
  ['-o ProxyCommand="ssh gate nc %h %p"', /more than ssh -W/],
  ['-J one,two', /more than one computer/],
  [`-o 'ProxyJump`, /quote/],
])('says why it cannot take %s', (text, problem) => {
  expect(sshArguments(text)).toMatchObject({ problem: expect.stringMatching(problem) as string })
})

it('names what has nothing to do with the way', () => {
  expect(sshArguments('-o StrictHostKeyChecking=no -C -i key -J ada@gate').others).toEqual([
    'StrictHostKeyChecking',
    '-C',
    '-i',
  ])
})
