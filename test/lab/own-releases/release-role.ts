/** A role of a user's own that puts one program of a maker onto its nodes: with a version from the cluster file, else from the maker's index. */
import { defineRole, file, z, type ReleaseLayout } from 'bramble'

/** The role of a program that is laid out so; its member is called as the program. */
export function releaseRole(name: string, known: readonly [string, ...string[]], layout: ReleaseLayout) {
  const wish = (version: string | undefined, architecture: string) => ({
    product: name,
    // Before a version is decided only the architecture counts.
    version: version ?? `${known[0]}.0`,
    architecture,
    member: name,
    layout,
  })
  return defineRole({
    name,
    summary: `Puts the program ${name} onto a node.`,
    options: z.strictObject({
      version: z.string().optional().describe('Its version; asked of the index of its maker when left out.'),
    }),
    version: ({ options, cluster, nodes }) => {
      const wanted = options.version ?? cluster.pinned(name)
      return {
        engine: name,
        lines: {
          product: name,
          title: name,
          maker: 'Acme',
          layout,
          known,
          withdrawn: [],
          holes: [],
          path: { linesPerStep: 2, stops: [], source: 'https://acme.example.net/upgrades' },
        },
        ...(wanted !== undefined && { wanted }),
        ...(options.version !== undefined && { statedBy: 'version' }),
        isAccepted: false,
        nodes: nodes.map((node) => node.name),
      }
    },
    releases: ({ options, node, cluster }) => [
      wish(options.version ?? cluster.pinned(name), node.architecture),
    ],
    resources: ({ options, node, cluster, release }) => [
      file({
        path: `/usr/local/bin/${name}`,
        content: release(wish(options.version ?? cluster.pinned(name), node.architecture)),
        mode: '755',
      }),
    ],
  })
}
