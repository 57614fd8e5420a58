/** What Traefik reads (doc.traefik.io, "Configuration: static and routing"), and the unit that runs it. */
import { stringify } from 'yaml'
import type { IngressOptions } from './options.ts'

export const USER = 'traefik'
export const UNIT = 'traefik.service'
export const PROGRAM = '/usr/local/bin/traefik'
export const FOLDER = '/etc/traefik'
export const STATE = '/var/lib/traefik'
export const STATIC = `${FOLDER}/traefik.yml`
export const ROUTES = `${FOLDER}/routes.yml`
export const FILES = {
  authority: `${FOLDER}/tls/ca.pem`,
  certificate: `${FOLDER}/tls/ingress.pem`,
  key: `${FOLDER}/tls/ingress-key.pem`,
  acmeAuthority: `${FOLDER}/tls/acme-ca.pem`,
}

/** How it is told where Consul's services are. */
export interface CatalogAccess {
  readonly token: string
}

const catalogOf = ({ token }: CatalogAccess, domain: string) => ({
  consulCatalog: {
    endpoint: { address: '127.0.0.1:8500', scheme: 'http', token },
    exposedByDefault: false,
    defaultRule: `Host(\`{{ normalize .Name }}.${domain}\`)`,
    refreshInterval: '5s',
  },
})

/** The entry point called `traefik` is where it is asked how it is: on the loopback, and nothing can be changed there. */
const entryPointsOf = ({ acme, admin_port: admin, metrics }: IngressOptions) => ({
  web: {
    address: ':80',
    http: { redirections: { entryPoint: { to: 'websecure', scheme: 'https' } } },
  },
  websecure: {
    address: ':443',
    asDefault: true,
    http: { tls: acme === undefined ? {} : { certResolver: 'acme' } },
  },
  traefik: { address: `127.0.0.1:${admin}` },
  ...(metrics !== undefined && { metrics: { address: `:${metrics}` } }),
})

const resolversOf = ({ email, server, ca }: NonNullable<IngressOptions['acme']>) => ({
  acme: {
    acme: {
      email,
      storage: `${STATE}/acme.json`,
      httpChallenge: { entryPoint: 'web' },
      ...(server !== undefined && { caServer: server }),
      ...(ca !== undefined && { caCertificates: [FILES.acmeAuthority] }),
    },
  },
})

/** What it reads when it starts. */
export function staticText(
  options: IngressOptions,
  domain: string,
  catalog: CatalogAccess | undefined,
): string {
  const { acme, dashboard, metrics } = options
  return stringify({
    global: { checkNewVersion: false, sendAnonymousUsage: false },
    log: { level: 'INFO', noColor: true },
    entryPoints: entryPointsOf(options),
    api: { insecure: true, dashboard, disableDashboardAd: true },
    ping: {},
    ...(metrics !== undefined && { metrics: { prometheus: { entryPoint: 'metrics' } } }),
    providers: {
      file: { filename: ROUTES, watch: true },
      ...(catalog && catalogOf(catalog, domain)),
    },
    ...(acme && { certificatesResolvers: resolversOf(acme) }),
  })
}

/** What it takes up while it runs. */
export function routesText({ routes, acme }: IngressOptions): string {
  const all = Object.entries(routes)
  const rule = (hosts: readonly string[], path: string | undefined): string => {
    const names = hosts.map((host) => `Host(\`${host}\`)`).join(' || ')
    return path === undefined ? names : `(${names}) && PathPrefix(\`${path}\`)`
  }
  return stringify({
    tls: {
      // With ACME there is none of ours: it would ask an authority for no name that it covers.
      ...(acme === undefined && {
        stores: { default: { defaultCertificate: { certFile: FILES.certificate, keyFile: FILES.key } } },
      }),
      options: { default: { minVersion: 'VersionTLS12' } },
    },
    ...(all.length > 0 && {
      http: {
        routers: Object.fromEntries(
          all.map(([name, { host, path }]) => [name, { rule: rule(host, path), service: name }]),
        ),
        services: Object.fromEntries(
          all.map(([name, { to, check }]) => [
            name,
            {
              loadBalancer: {
                servers: to.map((url) => ({ url })),
                ...(check !== undefined && { healthCheck: { path: check, interval: '5s', timeout: '3s' } }),
              },
            },
          ]),
        ),
      },
    }),
  })
}

/** It may take the two ports below 1024, write its folder, and nothing else (systemd.exec(5)). */
export const unitText = `[Unit]
Description=Traefik, for requests from outside
Documentation=https://doc.traefik.io/traefik/
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=notify
User=${USER}
Group=${USER}
# It takes no store of certificates that others may read, and a restored or copied one may be that.
ExecStartPre=-/usr/bin/chmod --silent 600 ${STATE}/acme.json
ExecStart=${PROGRAM} --configFile=${STATIC}
ExecReload=/bin/kill -HUP $MAINPID
Restart=always
RestartSec=5
LimitNOFILE=65536
UMask=0077
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
LockPersonality=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
ReadWritePaths=${STATE}

[Install]
WantedBy=multi-user.target
`
