/** Reads an inventory from a file or a folder, with the `group_vars` and `host_vars` beside it. Runs nothing: an inventory that is a program is told. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { Inventory, type Variables } from './inventory.ts'
import { readIni } from './read-ini.ts'
import { readYamlInventory, readYamlVariables } from './read-yaml.ts'

/** Ansible passes over these in a folder (INVENTORY_IGNORE_EXTS); folders of variables are read on their own. */
const IGNORED = /(~|\.(orig|bak|cfg|retry|pyc|pyo|csv|md|swp|rst))$|^\./
const YAML = new Set(['.yml', '.yaml', '.json'])
/** In the order in which Ansible looks for them; the first one that is there counts (DataLoader.find_vars_files). */
const VARIABLE_FILES = ['', '.yml', '.yaml', '.json']

/** Reads all of it. `shown` makes the path of a file as findings show it. Throws what the file system says of `path` itself. */
export function readInventory(path: string, shown: (path: string) => string = (given) => given): Inventory {
  const inventory = new Inventory()
  const isFolder = statSync(path).isDirectory()
  const files = isFolder ? inventoryFiles(path) : [path]
  for (const file of files) readInventoryFile(inventory, file, shown(file))
  linkGroups(inventory)
  const beside = isFolder ? path : dirname(path)
  for (const [name, { variables }] of inventory.groups)
    readVariables(inventory, join(beside, 'group_vars'), name, variables, shown)
  for (const [name, { variables }] of inventory.hosts)
    readVariables(inventory, join(beside, 'host_vars'), name, variables, shown)
  return inventory
}

function inventoryFiles(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !IGNORED.test(entry.name))
    .map(({ name }) => join(folder, name))
    .sort()
}

function readInventoryFile(inventory: Inventory, file: string, shown: string): void {
  const text = readFileSync(file, 'utf8')
  const place = { file: shown, line: 1, column: 1, length: 0 }
  if (text.startsWith('#!'))
    inventory.find(
      place,
      'this inventory is a program; it is not run. Its answer can be imported: ansible-inventory -i FILE --list --yaml --output hosts.yml',
    )
  else if (YAML.has(extname(file))) readYamlInventory(inventory, shown, text)
  else readIni(inventory, shown, text)
}

/** Every group is in `all`, and every host without another group in `ungrouped` (Ansible, inventory basics, default groups). */
function linkGroups(inventory: Inventory): void {
  const place = { file: '', line: 1, column: 1, length: 0 }
  const all = inventory.group('all', place)
  for (const group of inventory.groups.values())
    for (const [child, at] of group.children)
      if (!inventory.groups.has(child)) {
        inventory.find(at, `${child} is no group of this inventory; left out`)
        group.children.delete(child)
      }
  const children = new Set([...inventory.groups.values()].flatMap((group) => [...group.children.keys()]))
  for (const name of inventory.groups.keys())
    if (name !== 'all' && !children.has(name)) all.children.set(name, place)
}

/** `NAME`, `NAME.yml`, … or a folder of such files. */
function readVariables(
  inventory: Inventory,
  folder: string,
  name: string,
  into: Variables,
  shown: (path: string) => string,
): void {
  // A host may be named by what would lead out of the folder.
  if (basename(name) !== name) return
  const [first, ...passed] = VARIABLE_FILES.map((end) => join(folder, name + end)).filter(exists)
  if (first === undefined) return
  for (const file of passed)
    inventory.find(
      { file: shown(file), line: 1, column: 1, length: 0 },
      `this file is passed over, as Ansible does it: ${shown(first)} is read`,
    )
  const files = statSync(first).isDirectory() ? inventoryFiles(first) : [first]
  for (const file of files) {
    const text = readFileSync(file, 'utf8')
    if (text.startsWith('$ANSIBLE_VAULT;'))
      inventory.find(
        { file: shown(file), line: 1, column: 1, length: 0 },
        'this file is encrypted as a whole, and is left out',
      )
    else readYamlVariables(inventory, shown(file), text, into)
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}
