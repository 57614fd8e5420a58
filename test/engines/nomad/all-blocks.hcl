# A job with each block that it may have beside other engines, once.
variable "color" {
  default = "blue"
}
job "team/all" {
  datacenters = ["*"]
  priority    = 60
  meta { color = var.color }
  constraint {
    attribute = "${attr.kernel.name}"
    value     = "linux"
  }
  affinity {
    attribute = "${meta.room}"
    value     = "hall"
    weight    = 30
  }
  spread { attribute = "${node.unique.name}" }
  update {
    max_parallel = 2
    auto_revert  = true
  }
  group "all" {
    count = 0
    network {
      port "web" { to = 8080 }
      port "fixed" { static = 8099 }
    }
    volume "notes" {
      type   = "host"
      source = "notes"
    }
    restart {
      attempts = 1
      interval = "5m"
    }
    reschedule {
      attempts  = 2
      interval  = "1h"
      unlimited = false
    }
    migrate { max_parallel = 1 }
    disconnect { lost_after = "1h" }
    ephemeral_disk { size = 150 }
    scaling {
      min = 0
      max = 3
    }
    service {
      name     = "all"
      port     = "web"
      provider = "nomad"
      check {
        type     = "http"
        path     = "/health"
        interval = "10s"
        timeout  = "2s"
      }
    }
    task "prepare" {
      lifecycle { hook = "prestart" }
      driver = "exec"
      config { command = "/bin/true" }
    }
    task "all" {
      driver       = "docker"
      kill_timeout = "20s"
      user         = "nobody"
      config {
        image = "example/all:1"
        ports = ["web"]
      }
      env { COLOR = "blue" }
      template {
        data        = "color={{ env \"COLOR\" }}"
        destination = "local/color"
        change_mode = "signal"
        change_signal = "SIGHUP"
      }
      artifact { source = "https://example.net/all.tar.gz" }
      volume_mount {
        volume      = "notes"
        destination = "/data"
      }
      logs { max_files = 2 }
      resources {
        cpu    = 50
        memory = 64
      }
    }
  }
}
