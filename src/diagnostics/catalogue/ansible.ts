/** Codes for inventories of other tools that are taken over. */
import { code, defineCodes } from '../define-codes.ts'

/** What can be wrong with an inventory as a whole; what is wrong in it is told line by line. */
export const ansibleCodes = defineCodes({
  INVENTORY_UNREADABLE: code<{ path: string; reason: string }>({
    origin: 'command',
    shownBy: 'src/cli/commands/import.test.ts',
    title: 'An inventory that cannot be read',
    summary: ({ path, reason }) => `${path} cannot be read: ${reason}`,
    why: 'nothing was written',
    fix: 'name the file of the inventory, or the folder that holds it with its group_vars and host_vars',
    explain:
      'An inventory of Ansible is a file in INI or YAML form, or a folder of such files. One that is a program is not run; what it answers can be imported: ' +
      '`ansible-inventory -i FILE --list --yaml --output hosts.yml`.',
  }),
  INVENTORY_EMPTY: code<{ path: string; findings: number }>({
    origin: 'command',
    shownBy: 'src/cli/commands/import.test.ts',
    title: 'An inventory without a node',
    summary: ({ path }) => `${path} holds no host that could be a node`,
    why: ({ findings }) =>
      findings > 0 ? 'each host was left out for the reason above' : 'there is no host in it at all',
    fix: 'name the inventory itself, or take hosts in with --with NAME',
    explain:
      'The computer that Ansible runs on is no node, hosts that are not reached by ssh are none, nor are those of groups such as `outside` or `cloud` unless `--with` names them.',
  }),
})
