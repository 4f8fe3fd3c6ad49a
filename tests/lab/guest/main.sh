#!/bin/bash
# The guest's life: udevd, a network, then the commands of the tests, one after the other. A command NAME.sh in
# /run/lab/commands becomes NAME.out and, last, NAME.code. Powers off when told to, or when nobody has asked anything
# for ten minutes, so that a test run that was killed leaves no emulator behind.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C
exec >/run/lab/guest.log 2>&1

mkdir -p /dev/pts /dev/shm /run/udev
mount -t devpts devpts /dev/pts
mount -t tmpfs shm /dev/shm
hostname lab
ip link set lo up
ip address add 10.0.2.15/24 dev eth0
ip link set eth0 up
ip route add default via 10.0.2.2
udevd=/lib/systemd/systemd-udevd
[ -x "$udevd" ] || udevd=/usr/lib/systemd/systemd-udevd
"$udevd" --daemon

# Seconds since the boot: the wall clock is set back and forth by the tests.
look_at_clock() { read -r now _ </proc/uptime; now=${now%.*}; }

cd /run/lab/commands || exit
mkfifo /run/never
exec 3<>/run/never
touch /run/lab/ready
look_at_clock
asked=$now
while [ ! -e /run/lab/stop ]; do
  for command in *.sh; do
    [ -e "$command" ] || continue
    name=${command%.sh}
    mv "$command" "$name.running"
    bash "$name.running" >"$name.out" 2>&1 3>&-
    echo $? >"$name.code.new"
    mv "$name.code.new" "$name.code"
    asked=
  done
  look_at_clock
  : "${asked:=$now}"
  [ $((now - asked)) -gt 600 ] && break
  read -rt 0.3 -u 3 # sleeps without a process
done
sync
echo o >/proc/sysrq-trigger
read -rt 60 -u 3
