/** The gate of a board with Wi-Fi: NetworkManager knows the networks, and a radio that is there is on one. */
import type { Gate } from '../../engines/contract.ts'

const PATIENCE_SECONDS = 90

/** What `nmcli -t -f TYPE,STATE,CONNECTION device` says (nmcli(1)); a board without a radio has nothing to join with. */
export function radioState(output: string): { readonly passed: boolean; readonly detail: string } {
  const radios = output
    .split('\n')
    .map((line) => line.split(':'))
    .filter(([type]) => type === 'wifi')
  if (radios.length === 0) return { passed: true, detail: 'there is no radio, and nothing to join with' }
  const on = radios.find(([, state]) => state === 'connected')
  if (on) return { passed: true, detail: `on ${on[2] ?? 'a network'}` }
  const states = radios.map(([, state = '']) => state).join(', ')
  return { passed: false, detail: `the radio is on no network: ${states}` }
}

/** Asks nmcli(1) on the node. */
export function wifiGate(node: string): Gate {
  return {
    name: 'wifi: on a network',
    node,
    engine: 'wifi',
    patienceSeconds: PATIENCE_SECONDS,
    ask: async (link) => {
      const asked = ['nmcli', '-t', '-f', 'TYPE,STATE,CONNECTION', 'device']
      const { code, stdout, stderr } = await link.run(node, asked)
      if (code !== 0) return { passed: false, detail: `NetworkManager does not answer: ${stderr.trim()}` }
      return radioState(stdout.toString())
    },
  }
}
