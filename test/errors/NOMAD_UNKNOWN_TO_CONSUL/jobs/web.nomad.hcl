job "web" {
  group "web" {
    service {
      name = "web"
      port = 8080
    }
    task "web" {
      driver = "exec"
      config {
        command = "/usr/local/bin/web"
      }
    }
  }
}
