/**
 * Every path of Consul's HTTP API with something that can be asked there: what the agent registers in `agent/http_register.go` and
 * `agent/http.go`, of 1.8.7, of 1.19.2 and of the maker's main branch in 2026. A version answers 404 for what it does not have.
 */

/** Whom the questions are about. */
export interface Subject {
  readonly node: string
  readonly service: string
}

/** One thing to ask. */
export interface Question {
  readonly method: Method
  readonly path: string
  readonly body?: string
}

export const METHODS = ['GET', 'PUT', 'POST', 'DELETE'] as const
export type Method = (typeof METHODS)[number]

/** An identifier that nothing has. */
const NOBODY = '5f0c1d5e-0000-4000-8000-000000000000'
/** Accessor of the token of whoever has none, and id of the policy of management: both are Consul's own, the same everywhere. */
const TOKEN = '00000000-0000-0000-0000-000000000002'
const POLICY = '00000000-0000-0000-0000-000000000001'

/** With NODE and SERVICE in the place of names, and `path body` where the question needs one. */
const PATHS = `
/v1/acl/auth-method
/v1/acl/auth-method/minikube
/v1/acl/auth-methods
/v1/acl/binding-rule
/v1/acl/binding-rule/${NOBODY}
/v1/acl/binding-rules
/v1/acl/bootstrap
/v1/acl/clone/${NOBODY}
/v1/acl/create {"Type":"management"}
/v1/acl/destroy/${NOBODY}
/v1/acl/info/${NOBODY}
/v1/acl/list
/v1/acl/login {"AuthMethod":"minikube","BearerToken":"x"}
/v1/acl/logout
/v1/acl/policies
/v1/acl/policy {"Name":"mine","Rules":"operator = \\"write\\""}
/v1/acl/policy/${POLICY}
/v1/acl/policy/name/global-management
/v1/acl/replication
/v1/acl/role {"Name":"mine","Policies":[{"Name":"global-management"}]}
/v1/acl/role/${NOBODY}
/v1/acl/role/name/mine
/v1/acl/roles
/v1/acl/rules/translate service "x" { policy = "read" }
/v1/acl/rules/translate/${NOBODY}
/v1/acl/templated-policies
/v1/acl/templated-policy/name/builtin/service
/v1/acl/templated-policy/preview/builtin/service {"Name":"SERVICE"}
/v1/acl/token {"Policies":[{"Name":"global-management"}]}
/v1/acl/token/${TOKEN} {"AccessorID":"${TOKEN}","Policies":[{"Name":"global-management"}]}
/v1/acl/token/self
/v1/acl/tokens
/v1/acl/update {"ID":"${NOBODY}"}
/v1/agent/check/deregister/service:SERVICE
/v1/agent/check/fail/service:SERVICE
/v1/agent/check/pass/service:SERVICE
/v1/agent/check/register {"Name":"fetch","HTTP":"http://127.0.0.1:9/","Interval":"1h"}
/v1/agent/check/update/service:SERVICE {"Status":"critical"}
/v1/agent/check/warn/service:SERVICE
/v1/agent/checks
/v1/agent/connect/authorize {"Target":"SERVICE","ClientCertURI":"spiffe://x/ns/default/dc/home/svc/y","ClientCertSerial":"0"}
/v1/agent/connect/ca/leaf/SERVICE
/v1/agent/connect/ca/roots
/v1/agent/force-leave/NODE
/v1/agent/health/service/id/SERVICE
/v1/agent/health/service/name/SERVICE
/v1/agent/host
/v1/agent/join/127.0.0.1
/v1/agent/leave
/v1/agent/maintenance?enable=true
/v1/agent/members
/v1/agent/metrics
/v1/agent/metrics/stream
/v1/agent/monitor
/v1/agent/reload
/v1/agent/self
/v1/agent/service/SERVICE
/v1/agent/service/deregister/SERVICE
/v1/agent/service/maintenance/SERVICE?enable=true
/v1/agent/service/register {"ID":"SERVICE","Name":"SERVICE","Port":9}
/v1/agent/services
/v1/agent/token/agent {"Token":"${NOBODY}"}
/v1/agent/token/default {"Token":"${NOBODY}"}
/v1/agent/version
/v1/catalog/connect/SERVICE
/v1/catalog/datacenters
/v1/catalog/deregister {"Node":"NODE"}
/v1/catalog/deregister {"Node":"NODE","ServiceID":"SERVICE"}
/v1/catalog/gateway-services/SERVICE
/v1/catalog/node-services/NODE
/v1/catalog/node/NODE
/v1/catalog/nodes
/v1/catalog/register {"Node":"NODE","Address":"192.0.2.66"}
/v1/catalog/register {"Node":"NODE","SkipNodeUpdate":true,"Service":{"Service":"SERVICE","Address":"192.0.2.66","Port":9}}
/v1/catalog/register {"Node":"NODE","SkipNodeUpdate":true,"Check":{"CheckID":"mine","Name":"mine","Status":"critical"}}
/v1/catalog/service/SERVICE
/v1/catalog/services
/v1/config {"Kind":"service-defaults","Name":"SERVICE","Protocol":"http"}
/v1/config/service-defaults/SERVICE
/v1/config/proxy-defaults/global
/v1/connect/ca/configuration {"Provider":"consul"}
/v1/connect/ca/roots
/v1/connect/intentions {"SourceName":"*","DestinationName":"SERVICE","Action":"allow"}
/v1/connect/intentions/${NOBODY}
/v1/connect/intentions/check?source=a&destination=SERVICE
/v1/connect/intentions/exact?source=a&destination=SERVICE {"Action":"allow"}
/v1/connect/intentions/match?by=destination&name=SERVICE
/v1/coordinate/datacenters
/v1/coordinate/node/NODE
/v1/coordinate/nodes
/v1/coordinate/update {"Node":"NODE","Coord":{"Vec":[1,1,1,1,1,1,1,1],"Error":1,"Adjustment":0,"Height":0.1}}
/v1/discovery-chain/SERVICE {}
/v1/event/fire/deploy
/v1/event/list
/v1/exported-services
/v1/health/checks/SERVICE
/v1/health/connect/SERVICE
/v1/health/ingress/SERVICE
/v1/health/node/NODE
/v1/health/service/SERVICE
/v1/health/state/any
/v1/imported-services
/v1/internal/acl/authorize [{"Resource":"acl","Access":"write"}]
/v1/internal/federation-state/home
/v1/internal/federation-states
/v1/internal/federation-states/mesh-gateways
/v1/internal/service-virtual-ip {"ServiceName":"SERVICE","ManualVIPs":["192.0.2.66"]}
/v1/internal/ui/catalog-overview
/v1/internal/ui/exported-services
/v1/internal/ui/gateway-intentions/SERVICE
/v1/internal/ui/gateway-services-nodes/SERVICE
/v1/internal/ui/metrics-proxy/x
/v1/internal/ui/node/NODE
/v1/internal/ui/nodes
/v1/internal/ui/service-topology/SERVICE
/v1/internal/ui/services
/v1/kv/app/colour mine
/v1/kv/bramble/owned mine
/v1/kv/?recurse
/v1/operator/autopilot/configuration {"CleanupDeadServers":false}
/v1/operator/autopilot/health
/v1/operator/autopilot/state
/v1/operator/keyring {"Key":"cg8StVXbQJ0gPvMd9o7yrg=="}
/v1/operator/raft/configuration
/v1/operator/raft/peer?address=127.0.0.1:8300
/v1/operator/raft/transfer-leader
/v1/operator/usage
/v1/operator/utilization
/v1/peering/establish {"PeerName":"mine","PeeringToken":"e30="}
/v1/peering/mine
/v1/peering/token {"PeerName":"mine"}
/v1/peerings
/v1/query {"Name":"mine","Service":{"Service":"SERVICE"}}
/v1/query {"Service":{"Service":"SERVICE"}}
/v1/query {"Name":"","Template":{"Type":"name_prefix_match"},"Service":{"Service":"SERVICE"}}
/v1/query/${NOBODY}
/v1/query/${NOBODY}/execute
/v1/query/${NOBODY}/explain
/v1/session/create {"Node":"NODE"}
/v1/session/create {}
/v1/session/destroy/${NOBODY}
/v1/session/info/${NOBODY}
/v1/session/list
/v1/session/node/NODE
/v1/session/renew/${NOBODY}
/v1/snapshot
/v1/status/leader
/v1/status/peers
/v1/txn [{"KV":{"Verb":"set","Key":"app/colour","Value":"bWluZQ=="}}]
/v1/txn [{"Service":{"Verb":"set","Node":"NODE","Service":{"ID":"SERVICE","Service":"SERVICE","Port":9}}}]
/v1/txn [{"Node":{"Verb":"delete","Node":{"Node":"NODE"}}}]
/debug/pprof/
/debug/pprof/cmdline
/debug/pprof/heap
/debug/pprof/profile?seconds=1
/debug/pprof/symbol
/debug/pprof/trace?seconds=1
/api/catalog/v2beta1/services
/api/demo/v2/Artist/mine {"data":{"name":"mine"}}
/robots.txt
/
`

/** Every question about a subject. */
export function allQuestions(subject: Subject): readonly Question[] {
  return PATHS.trim()
    .split('\n')
    .map((line) => line.replaceAll('NODE', subject.node).replaceAll('SERVICE', subject.service))
    .flatMap((line) => {
      const [path = '', ...words] = line.split(' ')
      const body = words.join(' ')
      return METHODS.map((method) => ({ method, path, ...(method !== 'GET' && body !== '' && { body }) }))
    })
}
