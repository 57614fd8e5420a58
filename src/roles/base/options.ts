/** What can be said of every node: users, time, names, the SSH server, the journal, the kernel. */
import { z } from 'zod'
import { listOf } from '../../cluster-file/forms.ts'
import { parsePublicKey } from '../../resources/authorized-key/public-key.ts'
import { accountId } from '../../resources/group/group.ts'
import { knownLocale } from '../../resources/locale/known-locale.ts'
import { knownZone } from '../../resources/timezone/known-zone.ts'

// Debian's own pattern for new accounts (adduser.conf(5), NAME_REGEX); in capitals sudo would take it for an alias.
const account = z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'must be a name of a-z, 0-9, _ and -')

const packageName = z
  .string()
  // Debian Policy 5.6.7, and a version as apt takes it.
  .regex(/^[a-z0-9][a-z0-9+.-]+$/, 'must be the name of a Debian package')

/** A name alone is a package that is there; `absent` one that is not. */
const packageWish = z.union([
  packageName,
  z.strictObject({
    name: packageName.meta({ description: 'Name of the package.' }),
    absent: z.literal(true).meta({ description: 'The package is removed with its settings.' }),
  }),
])

const publicKey = z.string().refine((line) => parsePublicKey(line) !== undefined, {
  error: 'is no public key',
  params: { fix: 'write the line of the .pub file, such as ssh-ed25519 AAAA… ada@laptop' },
})

const userOptions = z.strictObject({
  authorized_keys: listOf(publicKey)
    .default([])
    .meta({ description: 'Public keys with which the user may log in, written out.' }),
  sudo: z.boolean().default(false).meta({ description: 'May become root, without a password.' }),
  groups: listOf(account).default([]).meta({ description: 'Further groups, such as video or docker.' }),
  shell: z
    .string()
    .regex(/^\/[^\s:]+$/, 'must be the path of a shell')
    .default('/bin/bash')
    .meta({ description: 'Login shell.' }),
  uid: accountId.optional().meta({
    description: 'Numeric id, for users that own files on shared storage: the same on every node.',
  }),
  comment: z
    .string()
    .regex(/^[^:\p{Cc}]*$/u, 'cannot hold a colon')
    .optional()
    .meta({ description: 'Full name.' }),
})

const groupOptions = z.strictObject({
  gid: accountId.optional().meta({ description: 'Numeric id, the same on every node.' }),
})

const timeOptions = z.strictObject({
  sync: z
    .boolean()
    .default(true)
    .meta({ description: 'Keep the clock right with systemd-timesyncd; false leaves it to you.' }),
  servers: listOf(z.string().regex(/^[A-Za-z0-9.:_-]+$/, 'must be a name or an address'))
    .default([])
    .meta({ description: "Time servers, nearest first; Debian's own pool when left out." }),
  wait_seconds: z.int().min(0).max(600).default(60).meta({
    description:
      'How long a boot waits for the first answer of a time server before it starts what needs the right time; 0: not at all.',
  }),
})

const sshOptions = z.strictObject({
  harden: z.boolean().default(true).meta({
    description: 'Keys only, no root login unless you log in as root, no X11, only local forwarding.',
  }),
  settings: z
    .record(
      z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/, 'must be a keyword of sshd_config'),
      z.string().regex(/^[^\p{Cc}]+$/u, 'must be one line'),
    )
    .default({})
    .meta({ description: 'Further settings of sshd_config(5); they win over those of `harden`.' }),
})

const journalOptions = z.strictObject({
  storage: z.enum(['volatile', 'persistent', 'auto', 'none']).default('volatile').meta({
    description:
      '`volatile` keeps the log in memory and spares the SD card; `persistent` keeps it over a reboot (journald.conf(5)).',
  }),
  max_use: z
    .string()
    .regex(/^[1-9][0-9]*[KMGT]$/, 'must be a size such as 64M')
    .default('64M')
    .meta({ description: 'Most that the log may take, such as 64M.' }),
})

const bootOptions = z.strictObject({
  cmdline: listOf(
    z.string().regex(/^[A-Za-z0-9_.-]+(=[^\s\p{Cc}]+)?$/u, 'must be one word such as cgroup_enable=memory'),
  )
    .default([])
    .meta({
      description:
        'Words for the kernel command line of Raspberry Pis; a node is rebooted, in its turn, until it has them.',
    }),
})

/** The options of the role `base`. */
export const baseOptions = z
  .strictObject({
    hostname: z.enum(['short', 'fqdn']).default('short').meta({
      description: "Hostname: the node's name alone, or with the domain; engines use the short one anyway.",
    }),
    hosts: z.boolean().default(true).meta({
      description:
        'Names and addresses of all nodes in /etc/hosts, so that they find each other without DNS.',
    }),
    timezone: knownZone.default('UTC').meta({ description: 'Time zone, such as Europe/Lisbon.' }),
    locale: knownLocale
      .default('C.UTF-8')
      .meta({ description: 'Language and character set, such as pt_PT.UTF-8.' }),
    time: timeOptions.prefault({}).meta({ description: 'Where the right time comes from.' }),
    packages: listOf(packageWish).default([]).meta({
      description:
        'Debian packages that every node has; `{ name: NAME, absent: true }` for one that no node has, which is also how you agree that a package removes another.',
    }),
    groups: z
      .record(
        account,
        groupOptions.nullable().transform((group) => group ?? {}),
      )
      .default({})
      .meta({ description: 'Groups by name.' }),
    users: z
      .record(
        account,
        userOptions.nullable().transform((user) => user ?? userOptions.parse({})),
      )
      .default({})
      .meta({ description: 'Users by name. Passwords are never used to log in.' }),
    ssh: sshOptions.prefault({}).meta({ description: 'The SSH server.' }),
    journal: journalOptions.prefault({}).meta({ description: 'The log of the system.' }),
    sysctls: z
      .record(
        z
          .string()
          .regex(/^[A-Za-z0-9_]+([./][A-Za-z0-9_@:-]+)+$/, 'must be a key such as net.ipv4.ip_forward'),
        z.union([z.string().regex(/^(?! )[^\p{Cc}]+(?<! )$/u, 'must be one line'), z.int()]),
      )
      .default({})
      .meta({ description: 'Settings of the kernel, such as net.ipv4.ip_forward: 1.' }),
    modules: listOf(
      z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,54}$/, 'must be the name of a kernel module'),
    )
      .default([])
      .meta({ description: 'Kernel modules that are loaded at every boot.' }),
    boot: bootOptions.prefault({}).meta({ description: 'How the firmware starts the kernel.' }),
  })
  .refine(
    ({ time, packages }) =>
      !time.sync || !packages.some((wish) => typeof wish !== 'string' && wish.name === 'systemd-timesyncd'),
    {
      error: 'systemd-timesyncd keeps the time; write time: { sync: false } to do without it',
      path: ['packages'],
    },
  )

/** The options with their defaults filled in. */
export type BaseOptions = z.output<typeof baseOptions>
