/** The account that a package of Debian makes for its service and leaves behind: made by us before the package comes, it goes with the role. */
import { group } from '../group/group.ts'
import type { Resource } from '../kind.ts'
import { BEFORE_PACKAGES } from '../package/package.ts'
import { user } from './user.ts'

/** A system account with a group of its name. `home` is the folder that the package gives it. */
export function accountOfPackage(name: string, home: string): readonly Resource[] {
  const early = { system: true, stage: BEFORE_PACKAGES }
  return [group({ name, ...early }), user({ name, group: name, home, ...early })]
}
