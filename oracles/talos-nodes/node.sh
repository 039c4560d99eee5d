#!/bin/bash
# node.sh start NAME IP | stop NAME | kill NAME | signal NAME PROGRAM SIGNAL | wipe NAME | exec NAME CMD...
# start runs a supervisor loop: machined's reboot(2) in a pid namespace ends PID 1 by SIGHUP (=restart: start again),
# power off ends it by SIGINT (=stay down).
set -e
SELF=$(cd "$(dirname "$0")" && pwd)
N=$2; B=${NODES:?}/nodes/$N
CG=/sys/fs/cgroup/unified; [ -d $CG ] || CG=/sys/fs/cgroup
CG=$CG/talos-node-$N
# The node's first process, if there is one: a number may be another's by now.
init() { P=$(cat $B/init.pid); grep -q "/talos-node-$N\(/\|$\)" /proc/$P/cgroup && echo $P; }
case $1 in
start)
  IP=$3
  mkdir -p $B
  [ -e $B/hostname ] || echo $N > $B/hostname
  printf '127.0.0.1 localhost\n%s %s\n' $IP $N > $B/hosts
  echo "nameserver 10.5.0.1" > $B/resolv.conf
  if ! ip netns list | grep -qw tn-$N; then
    ip netns add tn-$N
    ip -n tn-$N link set lo up
    ip -n tn-net link add tv-$N type veth peer name eth0 netns tn-$N
    ip -n tn-net link set tv-$N master tnbr0 up
    ip -n tn-$N addr add $IP/24 dev eth0
    ip -n tn-$N link set eth0 up
    ip -n tn-$N route add default via 10.5.0.1
  fi
  rm -f $B/off
  ( setsid bash $SELF/supervise.sh $N >> $B/console.log 2>&1 < /dev/null & ) ;;
stop) touch $B/off; kill -TERM $(init) ;;   # as docker stop
kill)
  touch $B/off
  S=$(cat $B/supervisor.pid)
  # Who is looked after by nobody any more is ended, too, whoever started it.
  for I in $(seq 100); do
    [ ! -e $CG/cgroup.kill ] || echo 1 > $CG/cgroup.kill
    grep -q supervise.sh /proc/$S/cmdline || break
    sleep 0.1
  done 2> /dev/null
  ! grep -q supervise.sh /proc/$S/cmdline 2> /dev/null ;;
signal)
  for P in $(cat $(find $CG -name cgroup.procs 2> /dev/null)); do
    [ "$(cat /proc/$P/comm)" != "$3" ] || { kill -$4 $P; FOUND=1; }
  done
  [ -n "$FOUND" ] ;;
wipe) mv $B/vol $B/vol.del.$$; rm -rf $B/vol.del.$$ ;;
exec) shift 2; exec nsenter -t $(init) -m -u -i -p -n -C -- "$@" ;;
esac
