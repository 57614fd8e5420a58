/** The floor: a program that somebody wrote by hand for exactly this state, one session a node, everything in one go. */
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { tarChunks } from '../../src/delivery/push/tar.ts'
import { mustSucceed, type Tool } from './contender.ts'
import type { WantedState } from './wanted-state.ts'

const SYSCTL_FILE = '/etc/sysctl.d/90-bench-floor.conf'
const MARK = 'END-OF-LIST'

function lines(list: readonly string[]): string {
  return `<<'${MARK}'\n${list.join('\n')}\n${MARK}`
}

async function archiveOf(files: Readonly<Record<string, string>>): Promise<string> {
  const entries = Object.entries(files).map(([path, text]) => ({
    name: path.slice(1),
    bytes: Buffer.from(text),
  }))
  const parts: Uint8Array[] = []
  for await (const part of tarChunks(entries)) parts.push(part)
  return gzipSync(Buffer.concat(parts)).toString('base64')
}

/** The program of a state; says `changed` when it found something to do. */
async function programText(state: WantedState): Promise<string> {
  const settings = Object.entries(state.sysctls)
  const files = {
    ...state.files,
    [SYSCTL_FILE]: settings.map(([key, value]) => `${key} = ${value}\n`).join(''),
  }
  const paths = Object.keys(files)
  const sums = Object.entries(files).map(
    ([path, text]) => `${createHash('sha256').update(text).digest('hex')}  ${path}`,
  )
  const users = Object.entries(state.users)
  const services = Object.keys(state.services)
  const count = (list: readonly unknown[]): string => String(list.length)
  return `set -u
changed=
n=$(dpkg-query -W -f '\${db:Status-Abbrev}\\n' ${state.packages.join(' ')} 2>/dev/null | grep -c '^ii')
if [ "$n" != ${count(state.packages)} ]; then
  changed=1
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ${state.packages.join(' ')} >/dev/null || exit
fi
for folder in ${state.folders.join(' ')}; do
  if [ ! -d "$folder" ]; then changed=1; mkdir -m 755 "$folder" || exit; fi
done
n=$(stat -c '%a %U %G' ${[...state.folders].join(' ')} | grep -cx '755 root root')
if [ "$n" != ${count(state.folders)} ]; then changed=1; chmod 755 ${state.folders.join(' ')}; chown root:root ${state.folders.join(' ')}; fi
bad=$(sha256sum -c --quiet 2>/dev/null ${lines(sums)}
)
n=$(stat -c '%a %U %G' ${paths.join(' ')} 2>/dev/null | grep -cx '644 root root')
if [ -n "$bad" ] || [ "$n" != ${count(paths)} ]; then
  changed=1
  base64 -d <<'${MARK}' | tar xzf - -C / --no-same-owner -m || exit
${await archiveOf(files)}
${MARK}
  chmod 644 ${paths.join(' ')}
  chown root:root ${paths.join(' ')}
  # Units too were written anew.
  systemctl daemon-reload
fi
wanted='${users.map(([name, { comment }]) => `${name}:${comment}:/bin/bash`).join('\n')}'
is=$(getent passwd ${users.map(([name]) => name).join(' ')} | cut -d: -f1,5,7)
if [ "$is" != "$wanted" ]; then
  changed=1
  while IFS=: read -r name comment shell; do
    id "$name" >/dev/null 2>&1 || useradd -m "$name" || exit
    usermod -c "$comment" -s "$shell" "$name"
  done <<E
$wanted
E
fi
is=$(sysctl -n ${settings.map(([key]) => key).join(' ')} | tr '\\n' ' ')
if [ "$is" != '${settings.map(([, value]) => `${value} `).join('')}' ]; then changed=1; sysctl -q -p ${SYSCTL_FILE} || exit; fi
n=$(systemctl show -p ActiveState,UnitFileState --value ${services.join(' ')} | grep -cxE 'active|enabled')
if [ "$n" != ${String(services.length * 2)} ]; then changed=1; systemctl -q enable --now ${services.join(' ')} || exit; fi
${Object.entries(state.services)
  .map(
    ([name, { restart_on }]) =>
      `case $bad in ${restart_on.map((path) => `*${path}*`).join('|')}) systemctl restart ${name} ;; esac`,
  )
  .join('\n')}
echo "\${changed:+changed}"
`
}

/** All nodes at once, each its own `ssh`; ends with the worst of them. */
const LAUNCH = `for node; do ssh -F "$CONFIG" "$node" 'sudo sh -c "gzip -dc | sh"' <program.gz & pids="$pids $!"; done
s=0; for p in $pids; do wait $p || s=$?; done; exit $s`

/** The hand-written program as a contender. */
export const shellProgram: Tool = {
  name: 'shell',
  title: 'hand-written sh',
  lacks: () => Promise.resolve(undefined),
  open: (site) =>
    Promise.resolve({
      write: async (state) => writeFile(join(site.folder, 'program.gz'), gzipSync(await programText(state))),
      command: () =>
        Promise.resolve({
          program: 'sh',
          words: ['-c', `pids=; ${LAUNCH}`, 'sh', ...site.nodes.map(({ name }) => name)],
          folder: site.folder,
          environment: { CONFIG: site.sshConfig },
        }),
      changed: (taken) => mustSucceed(taken).includes('changed'),
    }),
}

/** A bare login to every node at once, which is what everybody who uses OpenSSH has to pay. */
export const bareLogin: Tool = {
  name: 'login',
  title: 'ssh true',
  lacks: () => Promise.resolve(undefined),
  open: (site) =>
    Promise.resolve({
      write: () => Promise.resolve(),
      command: () =>
        Promise.resolve({
          program: 'sh',
          words: [
            '-c',
            `pids=; ${LAUNCH.replace(`'sudo sh -c "gzip -dc | sh"' <program.gz`, 'true </dev/null')}`,
            'sh',
            ...site.nodes.map(({ name }) => name),
          ],
          folder: site.folder,
          environment: { CONFIG: site.sshConfig },
        }),
      changed: (taken) => {
        mustSucceed(taken)
        return false
      },
    }),
}
