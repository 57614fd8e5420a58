/** A program that measures something, for roles that fetch what is measured. */

/** Its unit: metrics at port 8080, at a path of its own. It needs the package busybox. */
export const BELL = `[Unit]
Description=Counts how often it rings

[Service]
RuntimeDirectory=bell
ExecStartPre=/bin/sh -c 'echo "bell_rings_total 3" >/run/bell/counts'
ExecStart=/usr/bin/busybox httpd -f -p 8080 -h /run/bell
Restart=always

[Install]
WantedBy=multi-user.target
`
