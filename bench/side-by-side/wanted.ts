/** The role `wanted` of the benchmark: what is measured is the product as somebody has it who wrote one role of his own. */
import { z } from 'zod'
import { directory } from '../../src/resources/directory/directory.ts'
import { file } from '../../src/resources/file/file.ts'
import { debianPackage } from '../../src/resources/package/package.ts'
import { service } from '../../src/resources/service/service.ts'
import { sysctl } from '../../src/resources/sysctl/sysctl.ts'
import { user } from '../../src/resources/user/user.ts'
import { defineRole } from '../../src/roles/role.ts'

const options = z.strictObject({
  packages: z.array(z.string()).default([]).describe('Names of Debian packages.'),
  folders: z.array(z.string()).default([]).describe('Absolute paths.'),
  files: z.record(z.string(), z.string()).default({}).describe('Text by absolute path.'),
  users: z
    .record(z.string(), z.strictObject({ comment: z.string() }))
    .default({})
    .describe('Accounts by name.'),
  sysctls: z.record(z.string(), z.string()).default({}).describe('Values by key.'),
  services: z
    .record(z.string(), z.strictObject({ restart_on: z.array(z.string()) }))
    .default({})
    .describe('Units by name, with the files that they have to be restarted for.'),
})

export default defineRole<z.infer<typeof options>>({
  name: 'wanted',
  summary: 'The state that the benchmark wants.',
  options,
  resources: ({ options: wanted }) => [
    ...wanted.packages.map((name) => debianPackage({ name })),
    ...wanted.folders.map((path) => directory({ path })),
    ...Object.entries(wanted.files).map(([path, content]) => file({ path, content })),
    ...Object.entries(wanted.users).map(([name, { comment }]) =>
      user({ name, comment, shell: '/bin/bash', password: 'kept' }),
    ),
    ...Object.entries(wanted.sysctls).map(([key, value]) => sysctl({ key, value })),
    ...Object.entries(wanted.services).map(([name, { restart_on }]) =>
      service({ name, restartOn: restart_on.map((path) => `file:${path}` as const) }),
    ),
  ],
})
