/** Which paths a script check cannot see: the agent runs it, so it lives behind the settings of the agent's unit. */

/** Setting of the unit (systemd.exec(5), "Sandboxing"), the folders that it hides, and where such a script can lie instead. */
const HIDDEN: readonly (readonly [setting: string, folders: readonly string[]])[] = [
  ['ProtectHome', ['/home', '/root', '/run/user']],
  ['PrivateTmp', ['/tmp', '/var/tmp']],
  ['PrivateDevices', ['/dev']],
]

/** Of `/dev` these few are there for everybody. */
const VISIBLE_DEVICES = /^\/dev\/(null|zero|full|random|urandom|tty|shm|fd|stdin|stdout|stderr|log)(\/|$)/

/** A word of a check that leads to what the agent does not see. */
export interface HiddenPath {
  readonly path: string
  readonly setting: string
}

/** The first path in the words of a script check that the agent cannot see; undefined when there is none. */
export function hiddenPath(words: readonly string[]): HiddenPath | undefined {
  for (const word of words) {
    // A word may be a program of its own: `sh -c "/home/pi/check"`.
    for (const [path] of word.matchAll(/(?<![\w.~-])\/[^\s'"`;|&<>()]+/g)) {
      const found = HIDDEN.find(([, folders]) =>
        folders.some((folder) => `${path}/`.startsWith(`${folder}/`)),
      )
      if (found && !VISIBLE_DEVICES.test(path)) return { path, setting: found[0] }
    }
  }
  return undefined
}
