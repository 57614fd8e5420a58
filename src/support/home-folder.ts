/** The user's home, also where neither the environment nor the system knows one. */
import { homedir } from 'node:os'

/** What Debian writes down as the home of those who have none (adduser(8)). */
const NO_HOME = '/nonexistent'

/** `HOME`, else what the system says of the user; a folder that is never there for a user without a name, as in containers. */
export function homeFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { HOME: home = '' } = environment
  if (home !== '') return home
  try {
    return homedir() || NO_HOME
  } catch {
    return NO_HOME
  }
}
