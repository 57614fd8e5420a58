/** Codes of the role `wifi`. */
import { code, defineCodes } from '../../diagnostics/define-codes.ts'

/** What can be wrong with a Wi-Fi network before a node is touched. */
export const wifiCodes = defineCodes({
  WIFI_PASSWORD_IN_THE_OPEN: code<{ ssid: string }>({
    title: 'The password of a Wi-Fi network in the cluster file',
    summary: ({ ssid }) => `the password of ${ssid} stands in the cluster file`,
    why: 'the cluster file is shared and kept in git, and whoever reads it is in the house',
    fix: 'type  bramble secrets import wifi,  and write  password: { from: { secret: wifi } }',
    explain:
      'The password stays encrypted in the cluster folder. A node gets what is made of it and the name of the network (PBKDF2), which opens that one network and tells nobody the password.',
  }),
})
