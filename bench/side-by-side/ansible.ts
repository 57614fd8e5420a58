/** Ansible as Debian has it: plain, tuned, and with Mitogen. */
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import { run } from '../../src/support/run.ts'
import { mustSucceed, type Contender, type Site, type Tool } from './contender.ts'
import type { WantedState } from './wanted-state.ts'

const MITOGEN = '/usr/lib/python3/dist-packages/ansible_mitogen/plugins/strategy'
/** A package list younger than this is not fetched again, as is usual. */
const CACHE_SECONDS = 86_400

/** The steps as Ansible's own documentation has them: one for each kind, a list for apt, loops for the rest. */
function steps(state: WantedState, facts: boolean): object[] {
  const root = { owner: 'root', group: 'root', mode: '0644' }
  const units = Object.keys(state.files).filter((path) => path.startsWith('/etc/systemd/'))
  const settings = new Set(Object.values(state.services).flatMap(({ restart_on }) => restart_on))
  const plain = Object.keys(state.files).filter((path) => !settings.has(path))
  const ofServices = Object.keys(state.services).map((name) => ({
    name,
    path: state.services[name]?.restart_on.find((path) => !units.includes(path)),
  }))
  const copy = (path: string): object => ({ src: `.${path}`, dest: path, ...root })
  return [
    {
      hosts: 'all',
      become: true,
      gather_facts: facts,
      tasks: [
        {
          name: 'Packages',
          'ansible.builtin.apt': {
            name: state.packages,
            install_recommends: false,
            update_cache: true,
            cache_valid_time: CACHE_SECONDS,
          },
        },
        {
          name: 'Folders',
          'ansible.builtin.file': {
            path: '{{ item }}',
            state: 'directory',
            owner: 'root',
            group: 'root',
            mode: '0755',
          },
          loop: state.folders,
        },
        { name: 'Files', 'ansible.builtin.copy': copy('{{ item }}'), loop: plain },
        {
          name: 'Users',
          'ansible.builtin.user': {
            name: '{{ item.name }}',
            comment: '{{ item.comment }}',
            shell: '/bin/bash',
          },
          loop: Object.entries(state.users).map(([name, { comment }]) => ({ name, comment })),
        },
        {
          name: 'Kernel settings',
          'ansible.posix.sysctl': {
            name: '{{ item.key }}',
            value: '{{ item.value }}',
            sysctl_set: true,
            sysctl_file: '/etc/sysctl.d/90-bench.conf',
          },
          loop: Object.entries(state.sysctls).map(([key, value]) => ({ key, value })),
        },
        {
          name: 'Units',
          'ansible.builtin.copy': copy('{{ item }}'),
          loop: units,
          notify: 'Read the units again',
        },
        {
          name: 'Settings of the services',
          'ansible.builtin.copy': copy('{{ item.path }}'),
          loop: ofServices,
          register: 'settings',
        },
        { name: 'Handlers', 'ansible.builtin.meta': 'flush_handlers' },
        {
          name: 'Services',
          'ansible.builtin.systemd': { name: '{{ item }}', state: 'started', enabled: true },
          loop: Object.keys(state.services),
        },
        {
          name: 'Restart',
          'ansible.builtin.systemd': { name: '{{ item.item.name }}', state: 'restarted' },
          loop: "{{ settings.results | selectattr('changed') }}",
        },
      ],
      handlers: [{ name: 'Read the units again', 'ansible.builtin.systemd': { daemon_reload: true } }],
    },
  ]
}

function nodesFile({ nodes, user, sshConfig }: Site): string {
  const own = nodes.map(({ name, address, port }): [string, object] => [
    name,
    { ansible_host: address, ansible_port: port },
  ])
  return stringify({
    all: {
      hosts: Object.fromEntries(own),
      vars: { ansible_user: user, ansible_ssh_common_args: `-F ${sshConfig}` },
    },
  })
}

interface Flavour {
  readonly name: string
  readonly title: string
  readonly facts: boolean
  readonly settings: (nodes: number) => Readonly<Record<string, string>>
}

const TUNED = (nodes: number) => ({
  ANSIBLE_PIPELINING: 'True',
  ANSIBLE_FORKS: String(Math.max(nodes, 5)),
  ANSIBLE_PYTHON_INTERPRETER: '/usr/bin/python3',
})

const FLAVOURS: readonly Flavour[] = [
  { name: 'ansible', title: 'Ansible, plain', facts: true, settings: () => ({}) },
  { name: 'ansible-tuned', title: 'Ansible, tuned', facts: false, settings: TUNED },
  {
    name: 'mitogen',
    title: 'Ansible with Mitogen',
    facts: false,
    settings: (nodes) => ({
      ...TUNED(nodes),
      ANSIBLE_STRATEGY_PLUGINS: MITOGEN,
      ANSIBLE_STRATEGY: 'mitogen_linear',
    }),
  },
]

async function openAnsible(flavour: Flavour, site: Site): Promise<Contender> {
  const files = join(site.folder, 'files')
  await writeFile(join(site.folder, 'nodes.yml'), nodesFile(site))
  let started = 0
  return {
    write: async (state) => {
      await rm(files, { recursive: true, force: true })
      for (const [path, text] of Object.entries(state.files)) {
        await mkdir(dirname(join(files, path)), { recursive: true })
        await writeFile(join(files, path), text)
      }
      await writeFile(join(site.folder, 'site.yml'), stringify(steps(state, flavour.facts)))
    },
    command: async () => {
      // Each run has a folder of its own for its masters, so that none finds those of another.
      const sockets = join(site.folder, `s${++started}`)
      await mkdir(sockets)
      return {
        program: 'ansible-playbook',
        words: ['-i', 'nodes.yml', 'site.yml'],
        folder: site.folder,
        environment: {
          HOME: site.home,
          ANSIBLE_SSH_CONTROL_PATH_DIR: sockets,
          ANSIBLE_NOCOLOR: '1',
          LC_ALL: 'C.UTF-8',
          ...flavour.settings(site.nodes.length),
        },
      }
    },
    changed: (taken) => {
      const recap = mustSucceed(taken).split('PLAY RECAP')[1] ?? ''
      const counts = [...recap.matchAll(/changed=(\d+) +unreachable=(\d+) +failed=(\d+)/g)]
      if (counts.length !== site.nodes.length) throw new Error(`no word of some nodes:\n${recap}`)
      return counts.some(([, changed]) => changed !== '0')
    },
  }
}

/** The three flavours of Ansible as contenders. */
export const ansibles: readonly Tool[] = FLAVOURS.map((flavour) => ({
  name: flavour.name,
  title: flavour.title,
  lacks: async () => {
    const { code } = await run('ansible-playbook', ['--version'])
    if (code !== 0) return 'ansible-playbook is not installed; type: sudo apt-get install ansible'
    if (flavour.name === 'mitogen' && !existsSync(MITOGEN))
      return 'Mitogen is not installed; type: sudo apt-get install ansible-mitogen'
    return undefined
  },
  open: (site) => openAnsible(flavour, site),
}))
