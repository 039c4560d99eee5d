#!/bin/bash
# node.sh start NAME IP | stop NAME | kill NAME | wipe NAME | pid NAME | exec NAME CMD...
# start runs a supervisor loop: machined's reboot(2) in a pid namespace ends PID 1 by SIGHUP (=restart: start again),
# power off ends it by SIGINT (=stay down).
set -e
D=${NODES:?}; N=$2; B=$D/nodes/$N
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
  ( setsid bash $D/node/supervise.sh $N >> $B/console.log 2>&1 < /dev/null & echo $! > $B/supervisor.pid ) ;;
pid) cat $B/init.pid ;;
stop) touch $B/off; kill -TERM $(cat $B/init.pid) ;;   # as docker stop
kill) touch $B/off; kill -KILL $(cat $B/init.pid) ;;
wipe) mv $B/vol $B/vol.del.$$; rm -rf $B/vol.del.$$ ;;
exec) shift 2; exec nsenter -t $(cat $B/init.pid) -m -u -i -p -n -C -- "$@" ;;
esac
