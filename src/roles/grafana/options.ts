/** Options of the role `grafana`. */
import { z } from 'zod'
import { text, type TextForm } from '../../cluster-file/forms.ts'
import { requiredBeside } from '../../wishes/file-wish.ts'

const URL_OF_SOURCE: TextForm = {
  pattern: /^https?:\/\/\S+$/,
  problem: 'is no address of a package source',
  fix: 'write a URL such as https://apt.example.net/grafana',
}
const URL_OF_PAGE: TextForm = {
  pattern: /^https?:\/\/[^\s$]+$/,
  problem: 'is no address of a page',
  fix: 'write a URL such as https://grafana.office.example.net/',
}
const VERSION: TextForm = {
  pattern: /^[A-Za-z0-9.+~:*-]+$/,
  problem: 'is no version of a package',
  fix: 'write a version as apt has it, or 13.2.* for any that begins so',
}

/** The options. */
export const grafanaOptions = z
  .strictObject({
    key: requiredBeside(
      "The file beside the cluster file with the OpenPGP key of Grafana's packages: https://apt.grafana.com/gpg.key, looked at before it is believed.",
    ),
    source: text(URL_OF_SOURCE)
      .default('https://apt.grafana.com')
      .describe("Where Grafana's packages for Debian are; a mirror has the suite stable, too."),
    version: text(VERSION)
      .optional()
      .describe(
        'The version that it must have, such as 13.2.*; the newest there at first, and no other by itself, when left out.',
      ),
    port: z.int().min(1024).max(65535).default(3000).describe('TCP port, on the loopback of the node.'),
    url: text(URL_OF_PAGE)
      .optional()
      .describe('The address that people type, where an ingress on its node leads to it.'),
  })
  .describe('Grafana from the packages of its maker, with a dashboard of the boards.')

export type GrafanaOptions = z.output<typeof grafanaOptions>
