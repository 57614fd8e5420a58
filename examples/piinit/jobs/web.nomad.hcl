# A page that survives its board: when the board is gone for half a minute, another one shows it.
job "web" {
  group "web" {
    network {
      port "http" { static = 8000 }
    }
    # A board that was merely cut off ends its own, so that there are never two. Clients are heard of each 10 to 20 seconds: less than that ends it on a board that is well.
    # The servers begin it elsewhere 30 seconds (heartbeat_grace) after they have missed one.
    disconnect {
      stop_on_client_after = "30s"
    }
    service {
      name     = "web"
      port     = "http"
      provider = "nomad"
      check {
        type     = "http"
        path     = "/"
        interval = "10s"
        timeout  = "2s"
      }
    }
    task "web" {
      driver = "exec"
      config {
        command = "/usr/bin/busybox"
        args    = ["httpd", "-f", "-p", "8000", "-h", "local"]
      }
      template {
        destination = "local/index.html"
        data        = "hello from {{ env \"node.unique.name\" }}\n"
      }
      resources {
        cpu    = 50
        memory = 32
      }
    }
  }
}
