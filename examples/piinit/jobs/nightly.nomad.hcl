# Each night, on one board, whichever is there.
job "nightly" {
  type = "batch"
  periodic {
    crons            = ["0 3 * * *"]
    time_zone        = "Europe/Lisbon"
    prohibit_overlap = true
  }
  group "nightly" {
    # What fails, or is on a board that dies, is not begun again: the next night comes.
    restart {
      attempts = 0
      mode     = "fail"
    }
    reschedule {
      attempts  = 0
      unlimited = false
    }
    disconnect {
      stop_on_client_after = "30s"
      replace              = false
    }
    task "nightly" {
      driver = "exec"
      config {
        command = "/bin/sh"
        args    = ["-c", "echo tidied up at $(date)"]
      }
      resources {
        cpu    = 50
        memory = 32
      }
    }
  }
}
