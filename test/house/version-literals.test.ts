/** No version of an engine is written into the product: what is known of versions is data, and what is run is asked of its maker. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ownFiles } from './own-files.ts'

/** Files whose matter it is, with what they may say. */
const ALLOWED: Readonly<Record<string, string>> = {
  'src/engines/consul/kv-limits.ts': 'since when a key is refused, told to who wrote it',
  'src/engines/consul/lines.ts': 'weaknesses, withdrawn versions, steps, and what Debian has',
  'src/engines/consul/version.ts': 'from which version on Consul is told things otherwise',
  'src/engines/nomad/lines.ts': 'from which version on Nomad has a right for snapshots alone',
  'src/resources/package/package.ts': 'a section of Debian policy',
}

/** Text without comments: a reason may name a version. */
function codeOf(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/ .*$/gm, '')
}

/** Three numbers with dots between them, and no fourth: an address is no version. */
function literalsIn(text: string): string[] {
  return [...codeOf(text).matchAll(/(?<![\d.])\d+\.\d+\.\d+(?![\d.]*\d)/g)].map(([literal]) => literal)
}

const product = ownFiles().filter(
  (path) =>
    path.startsWith('src/') && path.endsWith('.ts') && !/\.test\.ts$|\/testing\/|generated/.test(path),
)

describe('versions of engines', () => {
  it('are found in code, and not in comments or addresses', () => {
    expect(literalsIn("const a = '1.19.2' // since 1.2.3\n/* 4.5.6 */ const b = '127.0.0.1'")).toEqual([
      '1.19.2',
    ])
  })

  it('stand nowhere in the product but where they are the matter', () => {
    const found = product
      .filter((path) => !Object.hasOwn(ALLOWED, path))
      .flatMap((path) => literalsIn(readFileSync(path, 'utf8')).map((literal) => `${path}: ${literal}`))
    expect(found).toEqual([])
  })

  it('stand in no example and in no first page', () => {
    const pages = ownFiles().filter((path) => path.startsWith('examples/') || path === 'README.md')
    const found = pages.flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/version: ?['"]?\d[\d.]*/g)].map(
        ([text]) => `${path}: ${text}`,
      ),
    )
    expect(found).toEqual([])
  })

  it('stand where they are allowed to', () => {
    for (const path of Object.keys(ALLOWED)) expect(literalsIn(readFileSync(path, 'utf8'))).not.toEqual([])
  })
})
