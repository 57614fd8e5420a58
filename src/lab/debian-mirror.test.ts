import { describe, expect, it } from 'vitest'
import { findMirror, nodeSources } from './debian-mirror.ts'

describe('the Debian mirror of a lab', () => {
  it('is the one that a one-line source list names', () => {
    const list =
      'deb [arch=amd64] http://ftp.example.org/debian/ bookworm main\ndeb http://x.org/debian-security s main\n'
    expect(findMirror(list)).toEqual({
      main: 'http://ftp.example.org/debian',
      security: 'http://x.org/debian-security',
    })
  })

  it('is the one that a deb822 source names', () => {
    const sources =
      'Types: deb\n# URIs: http://old.example/debian\nURIs: https://mirror.example/debian\nSuites: trixie\n'
    expect(findMirror(sources)?.main).toBe('https://mirror.example/debian')
  })

  it('is left to mmdebstrap on a computer that is no Debian', () => {
    expect(findMirror('deb http://archive.example.org/ubuntu noble main\n')).toBeUndefined()
    expect(nodeSources(undefined, 'trixie')).toBe('')
  })

  it('gives nodes the suites of a release with its updates and security fixes', () => {
    const text = nodeSources(findMirror('deb http://ftp.example.org/debian bookworm main\n'), 'trixie')
    expect(text.match(/^Suites: .*$/gm)).toEqual(['Suites: trixie trixie-updates', 'Suites: trixie-security'])
  })
})
