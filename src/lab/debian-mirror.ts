/** Where this computer gets Debian from, and so where the nodes get it from. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../support/run.ts'
import type { LabRelease } from './lab-spec.ts'

/** The two archives that a node's packages come from. */
export interface DebianMirror {
  readonly main: string
  readonly security: string
}

/**
 * Finds the mirrors in the text of apt's source lists (sources.list(5), both formats); undefined where none is named: on
 * another distribution, mmdebstrap's own choice is right.
 */
export function findMirror(sources: string): DebianMirror | undefined {
  const lines = sources.split('\n').filter((line) => !line.trim().startsWith('#'))
  const urls = lines
    .join('\n')
    .split(/\s+/)
    .filter((word) => /^https?:/.test(word))
    .map((url) => url.replace(/\/+$/, ''))
  const main = urls.find((url) => url.endsWith('/debian'))
  const security = urls.find((url) => url.endsWith('/debian-security'))
  // A mirror of the archive is the place to look for its security fixes, too, where nothing else is said.
  return main === undefined ? undefined : { main, security: security ?? `${main}-security` }
}

/** The mirrors that this computer's apt uses, where it is Debian's. */
export async function readMirror(): Promise<DebianMirror | undefined> {
  const folder = '/etc/apt/sources.list.d'
  const names = await readdir(folder).catch(() => [])
  const files = names.filter((name) => /\.(list|sources)$/.test(name)).sort()
  const paths = ['/etc/apt/sources.list', ...files.map((name) => join(folder, name))]
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8').catch(() => '')))
  return findMirror(texts.join('\n'))
}

/** The proxy that this computer's apt goes through, if any. */
export async function readAptProxy(): Promise<string | undefined> {
  const result = await run('apt-config', ['shell', 'PROXY', 'Acquire::http::Proxy'])
  const proxy = /^PROXY='(.+)'$/m.exec(result.stdout.toString())?.[1] ?? process.env['http_proxy']
  return proxy === '' || proxy === 'DIRECT' ? undefined : proxy
}

/** Apt's sources for a node, in the format and with the suites that Raspberry Pi OS has; empty without a mirror. */
export function nodeSources(mirror: DebianMirror | undefined, release: LabRelease): string {
  if (!mirror) return ''
  const stanza = (url: string, suites: string) =>
    [
      'Types: deb',
      `URIs: ${url}`,
      `Suites: ${suites}`,
      'Components: main',
      'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg',
      '',
    ].join('\n')
  return [
    stanza(mirror.main, `${release} ${release}-updates`),
    stanza(mirror.security, `${release}-security`),
  ].join('\n')
}
