/** Which variables a host has in the end, and in which groups it is (Ansible, "How variables are merged"). */
import type { Inventory, Variable } from './inventory.ts'

/** Groups that hold a host, themselves or by a child; outer ones first, those of one depth by their names. */
export function groupsOf(inventory: Inventory, host: string): readonly string[] {
  const depths = depthsOf(inventory)
  const holding = [...inventory.groups.keys()].filter((name) => hostsOf(inventory, name).has(host))
  const priority = (name: string): number =>
    Number(inventory.groups.get(name)?.variables.get('ansible_group_priority')?.value ?? 1)
  return holding.toSorted(
    (a, b) => (depths.get(a) ?? 0) - (depths.get(b) ?? 0) || priority(a) - priority(b) || (a < b ? -1 : 1),
  )
}

/** All hosts of a group, by its children too. */
export function hostsOf(
  inventory: Inventory,
  name: string,
  above: ReadonlySet<string> = new Set(),
): ReadonlySet<string> {
  const group = inventory.groups.get(name)
  // A circle of groups is an error of Ansible; here its second round adds nothing.
  if (!group || above.has(name)) return new Set()
  const inside = new Set([...above, name])
  return new Set([
    ...group.hosts,
    ...[...group.children.keys()].flatMap((child) => [...hostsOf(inventory, child, inside)]),
  ])
}

/** Variables of a host: those of outer groups, then of inner ones, then its own. */
export function variablesOf(inventory: Inventory, host: string): ReadonlyMap<string, Variable> {
  const own = inventory.hosts.get(host)?.variables ?? new Map<string, Variable>()
  const layers = [
    ...groupsOf(inventory, host).map((name) => inventory.groups.get(name)?.variables ?? new Map()),
    own,
  ]
  return new Map(layers.flatMap((layer) => [...layer]))
}

/** How many groups lie above each, at most. */
function depthsOf(inventory: Inventory): ReadonlyMap<string, number> {
  const depths = new Map<string, number>()
  const visit = (name: string, depth: number, above: ReadonlySet<string>): void => {
    if (above.has(name) || (depths.get(name) ?? -1) >= depth) return
    depths.set(name, depth)
    for (const child of inventory.groups.get(name)?.children.keys() ?? [])
      visit(child, depth + 1, new Set([...above, name]))
  }
  visit('all', 0, new Set())
  return depths
}
