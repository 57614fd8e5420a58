import { describe, expect, it } from 'vitest'
import { consulServiceInHcl, jsonHasConsulService } from './consul-services.ts'
import { jobReply } from './job.ts'

const at = (text: string): string | undefined => {
  const place = consulServiceInHcl('web.hcl', text)
  return place && `${place.line}:${place.column}`
}

describe('a service for Consul', () => {
  it.each([
    ['job "web" {\n  group "web" {\n    service {\n      port = "http"\n    }\n  }\n}', '3:5'],
    ['service {\n  provider = "consul"\n}', '1:1'],
    ['service { provider = "nomad" }\nservice { name = "b" }', '2:1'],
    ['service {\n  check {\n    provider = "nomad"\n  }\n}', '1:1'],
    ['service {\n  name = "provider = nomad" # provider = "nomad"\n}', '1:1'],
  ])('is found in %j', (text, place) => {
    expect(at(text)).toBe(place)
  })

  it.each([
    'job "web" { group "web" { task "service" { driver = "exec" } } }',
    'service {\n  port     = "http"\n  provider = "nomad" # ours\n}',
    'service {\n  check {\n    type = "tcp"\n  }\n  provider = "nomad"\n}',
    'service { provider = var.provider }',
    '# service {\n# }\n/* service {\n} */ // service {',
    'config { args = ["service {", "}"] }',
    'template {\n  data = <<-END\n    service {\n    }\n    END\n}',
    'my-service {\n}\nservice_x {\n}',
  ])('is none in %j', (text) => {
    expect(at(text)).toBeUndefined()
  })

  it('is one of a group or of a task in JSON', () => {
    const has = (group: object): boolean =>
      jsonHasConsulService(jobReply.parse({ ID: 'web', TaskGroups: [group] }))
    expect(has({ Name: 'web', Services: [{ Name: 'web' }] })).toBe(true)
    expect(has({ Name: 'web', Tasks: [{ Name: 'web', Services: [{ Provider: 'consul' }] }] })).toBe(true)
    expect(has({ Name: 'web', Services: [{ Provider: 'nomad' }], Tasks: [{ Services: null }] })).toBe(false)
    expect(has({ Name: 'web' })).toBe(false)
  })
})
