/** The account that a package of Debian makes for its service and leaves behind: made by us before the package comes, it goes with the role. */
import { group } from '../group/group.ts'
import type { Resource } from '../kind.ts'
import { user } from './user.ts'

/** Before the packages, which take an account that is there for theirs. */
const BEFORE_PACKAGES = 16

/** A system account with a group of its name. `home` is the folder that the package gives it. */
export function accountOfPackage(name: string, home: string): readonly Resource[] {
  const early = { system: true, stage: BEFORE_PACKAGES }
  return [group({ name, ...early }), user({ name, group: name, home, ...early })]
}
