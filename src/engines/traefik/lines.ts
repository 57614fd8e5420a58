/** What is known of Traefik's versions, and where its releases are. */
import { githubIndex } from '../../releases/index-sorts/github.ts'
import type { EngineLines } from '../../releases/engine-lines.ts'
import type { ReleaseLayout, WantedRelease } from '../../releases/layout.ts'

export const ENGINE = 'traefik'

/** Archives on GitHub with checksums beside them, which nobody signs. */
const layout: ReleaseLayout = {
  base: 'https://github.com',
  file: ({ product, version, architecture }) =>
    `traefik/traefik/releases/download/v${version}/${product}_v${version}_linux_${architecture}.tar.gz`,
  packed: 'tar.gz',
  sums: ({ product, version }) =>
    `traefik/traefik/releases/download/v${version}/${product}_v${version}_checksums.txt`,
  index: githubIndex({
    project: 'traefik/traefik',
    architectureOf: (file) => /_linux_(.+)\.tar\.gz$/.exec(file)?.[1],
  }),
}

/** Traefik, by what its makers say of it. */
export const TRAEFIK_LINES: EngineLines = {
  product: ENGINE,
  title: 'Traefik',
  maker: 'Traefik Labs',
  layout,
  known: ['3.6', '3.7'],
  withdrawn: [],
  holes: [],
  path: { linesPerStep: 2, stops: [], source: 'https://doc.traefik.io/traefik/migrate/v3/' },
}

/** The release that a node needs, in its maker's words for the architecture. */
export function traefikRelease(version: string, architecture: string): WantedRelease {
  return { product: ENGINE, version, architecture, member: ENGINE, layout }
}
