/** Program: serves the package cache of one lab until it is killed. Arguments: ADDRESS PORT FOLDER RECORD UPSTREAM-OR-EMPTY GROUP... */
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dropOldPackages, packageCache } from './package-cache.ts'
import { startOf } from './running-process.ts'

const [address = '', port = '', folder = '', record = '', upstream = '', ...groups] = process.argv.slice(2)

// Out of the caller's groups, which may be emptied when it goes.
for (const group of groups) writeFileSync(join(group, 'cgroup.procs'), String(process.pid))
await dropOldPackages(folder)
packageCache(folder, upstream === '' ? undefined : upstream).listen(Number(port), address, () => {
  writeFileSync(`${record}.new`, `${process.pid} ${startOf(process.pid)}\n`)
  renameSync(`${record}.new`, record)
})
