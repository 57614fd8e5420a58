/** A role of one's own: greets whoever logs in with what the board is, and what it is labelled as. */
import { defineRole, file, z } from 'bramble'

export default defineRole({
  name: 'greeting',
  summary: 'Greets whoever logs in: which board this is, what it does, and its labels.',
  options: z.strictObject({
    text: z.string().default('Be gentle, this is a small board.').describe('The last line of the greeting.'),
  }),
  resources: ({ options, node, cluster }) => {
    const labels = Object.entries(node.board.labels).map(([key, value]) => `${key}: ${value}`)
    const lines = [
      `${node.name}, a ${node.board.model} of the cluster ${cluster.name}`,
      `does: ${node.roles.filter((role) => role !== 'greeting').join(', ')}`,
      ...labels,
      options.text,
    ]
    return [file({ path: '/etc/motd', content: lines.map((line) => `${line}\n`).join('') })]
  },
})
