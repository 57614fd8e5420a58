/** What systemd calls the units of mounts and of the devices beneath them. */

/** A path in the name of a unit (systemd.unit(5), "String escaping for inclusion in unit names"). */
function escapedPath(path: string): string {
  const escaped = Array.from(path.slice(1), (letter, at) => {
    if (letter === '/') return '-'
    if (/[A-Za-z0-9:_]/.test(letter) || (letter === '.' && at > 0)) return letter
    return bytesOf(letter)
  })
  return escaped.join('')
}

function bytesOf(letter: string): string {
  return [...Buffer.from(letter)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')
}

/** Unit of a mount point. */
export function mountUnit(path: string): string {
  return `${escapedPath(path)}.mount`
}

const FOLDERS: Readonly<Record<string, string>> = {
  LABEL: 'by-label',
  UUID: 'by-uuid',
  PARTLABEL: 'by-partlabel',
  PARTUUID: 'by-partuuid',
}

/**
 * Unit of the device that a line of fstab(5) names; undefined where it names none. udev gives labels and identities links below /dev/disk, with
 * all but some letters of ASCII as bytes (systemd, encode_devnode_name).
 */
export function diskUnit(source: string): string | undefined {
  if (/^\/dev\/./.test(source)) return `${escapedPath(source)}.device`
  const [, key = '', value = ''] = /^([A-Z]+)=(.+)$/s.exec(source) ?? []
  const folder = FOLDERS[key]
  if (folder === undefined) return undefined
  const name = Array.from(value, (letter) =>
    /[\w#+.:=@-]/.test(letter) || letter.charCodeAt(0) > 127 ? letter : bytesOf(letter),
  )
  return `${escapedPath(`/dev/disk/${folder}/${name.join('')}`)}.device`
}
