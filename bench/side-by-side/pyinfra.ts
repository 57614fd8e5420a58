/** pyinfra, in a virtual environment of its own. */
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { run } from '../../src/support/run.ts'
import { mustSucceed, type Contender, type Site, type Tool } from './contender.ts'
import type { WantedState } from './wanted-state.ts'

const VERSION = '3.10.0'
const FOLDER = `/var/cache/bramble/bench/pyinfra-${VERSION}`

/** What the state is, as a module of plain values that the other file reads. */
function stateModule(state: WantedState): string {
  return `import json\n\nSTATE = json.loads(r'''${JSON.stringify(state)}''')\n`
}

/** The operations as pyinfra's own documentation has them. */
const OPERATIONS = `from io import StringIO

from pyinfra.operations import apt, files, server, systemd

from state import STATE

apt.packages(
    name="Packages", packages=STATE["packages"], no_recommends=True, update=True, cache_time=86400, _sudo=True
)
for path in STATE["folders"]:
    files.directory(name=f"Folder {path}", path=path, user="root", group="root", mode="755", _sudo=True)
written = {}
for path, text in STATE["files"].items():
    written[path] = files.put(
        name=f"File {path}", src=StringIO(text), dest=path, user="root", group="root", mode="644", _sudo=True
    )
for name, user in STATE["users"].items():
    server.user(name=f"User {name}", user=name, comment=user["comment"], shell="/bin/bash", _sudo=True)
for key, value in STATE["sysctls"].items():
    server.sysctl(
        name=f"Setting {key}",
        key=key,
        value=int(value),
        persist=True,
        persist_file="/etc/sysctl.d/90-bench.conf",
        _sudo=True,
    )
units = [path for path in STATE["files"] if path.startswith("/etc/systemd/")]
systemd.daemon_reload(
    name="Units", _sudo=True, _if=lambda: any(written[path].did_change() for path in units)
)
for name, service in STATE["services"].items():
    systemd.service(name=f"Service {name}", service=f"{name}.service", running=True, enabled=True, _sudo=True)
    systemd.service(
        name=f"Restart {name}",
        service=f"{name}.service",
        running=True,
        restarted=True,
        _sudo=True,
        _if=lambda paths=service["restart_on"]: any(written[path].did_change() for path in paths),
    )
`

function nodesModule({ nodes, user, sshConfig, home }: Site): string {
  const entries = nodes.map(({ name, address, port }) => [name, { ssh_hostname: address, ssh_port: port }])
  const shared = {
    ssh_user: user,
    ssh_key: join(home, '.ssh/id_ed25519'),
    ssh_config_file: sshConfig,
    ssh_known_hosts_file: join(home, 'known_hosts-pyinfra'),
    ssh_strict_host_key_checking: 'accept-new',
  }
  const rows = entries.map(([name, own]) => `    (${JSON.stringify(name)}, ${JSON.stringify(own)}),\n`)
  return `nodes = ([\n${rows.join('')}], ${JSON.stringify(shared)})\n`
}

async function openPyinfra(site: Site): Promise<Contender> {
  await mkdir(site.folder, { recursive: true })
  await writeFile(join(site.folder, 'nodes.py'), nodesModule(site))
  await writeFile(join(site.folder, 'deploy.py'), OPERATIONS)
  return {
    write: (state) => writeFile(join(site.folder, 'state.py'), stateModule(state)),
    command: () =>
      Promise.resolve({
        program: join(FOLDER, 'bin/pyinfra'),
        words: ['--yes', '--parallel', String(site.nodes.length), 'nodes.py', 'deploy.py'],
        folder: site.folder,
        environment: { HOME: site.home, LC_ALL: 'C.UTF-8', PYTHONPATH: site.folder },
      }),
    changed: (taken) => {
      const said = mustSucceed(taken) + taken.result.stderr
      // Operations on nodes: all, done, failed, nothing to do.
      const [, , done, failed] =
        /Grand total +(\S+) +(\S+) +(\S+) +\S+/.exec(stripVTControlCharacters(said)) ?? []
      if (done === undefined || failed !== '-') throw new Error(`it did not end well:\n${said.slice(-3000)}`)
      return done !== '-'
    },
  }
}

/** pyinfra as a contender. */
export const pyinfra: Tool = {
  name: 'pyinfra',
  title: `pyinfra ${VERSION}`,
  lacks: async () => {
    if (existsSync(join(FOLDER, 'bin/pyinfra'))) return undefined
    await mkdir(dirname(FOLDER), { recursive: true })
    for (const [program, ...words] of [
      ['python3', '-m', 'venv', FOLDER],
      [join(FOLDER, 'bin/pip'), 'install', '-q', `pyinfra==${VERSION}`],
    ] as const) {
      const { code, stderr } = await run(program, words)
      if (code !== 0)
        return `${program} ${words.join(' ')} ended with ${code}: ${stderr.trim().split('\n').at(-1)}`
    }
    return undefined
  },
  open: openPyinfra,
}
