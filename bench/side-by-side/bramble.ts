/** Bramble, by its command line, with a role of the user's own that has the wanted state as its options. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { REPOSITORY } from '../built.ts'
import { productWithRole } from '../product-with-role.ts'
import { mustSucceed, type Site, type Tool } from './contender.ts'
import type { WantedState } from './wanted-state.ts'

/** The cluster file of a site. */
export function clusterFile({ nodes, user }: Pick<Site, 'nodes' | 'user'>, state: WantedState): string {
  return stringify({
    cluster: 'side-by-side',
    domain: 'bench.home.arpa',
    access: { user },
    nodes: Object.fromEntries(
      nodes.map(({ name, address, port }) => [name, { address, port, model: 'pi4', memory: '1GiB' }]),
    ),
    roles: { wanted: { on: 'all', ...state } },
  })
}

/** The command line of the product with the role. */
export function wantedProduct(say: (text: string) => void): Promise<string> {
  return productWithRole('wanted', join(REPOSITORY, 'bench/side-by-side/wanted.ts'), say)
}

/** Bramble as a contender. */
export const bramble: Tool = {
  name: 'bramble',
  title: 'Bramble',
  lacks: () => Promise.resolve(undefined),
  open: async (site) => {
    const cli = await wantedProduct((text) => process.stderr.write(`${text}\n`))
    return {
      write: (state) => writeFile(join(site.folder, 'cluster.yaml'), clusterFile(site, state)),
      command: () =>
        Promise.resolve({
          program: process.execPath,
          words: [cli, '-C', site.folder, '--json', 'apply', '--yes'],
          environment: { HOME: site.home },
        }),
      changed: (taken) => {
        const last = mustSucceed(taken).trimEnd().split('\n').at(-1) ?? '{}'
        const { outcome } = JSON.parse(last) as { readonly outcome?: string }
        if (outcome !== 'unchanged' && outcome !== 'changed') throw new Error(`it ended with ${last}`)
        return outcome === 'changed'
      },
    }
  },
}
