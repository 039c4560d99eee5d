#!/bin/bash
# supervise.sh NAME: a machine. What ends PID 1 of its namespaces says what becomes of it: SIGHUP is a reboot, SIGINT is the
# switch. It ends with the process $OWNER, however that ends.
SELF=$(cd "$(dirname "$0")" && pwd)
N=$1; B=${NODES:?}/nodes/$N
TOP=/sys/fs/cgroup/unified; [ -d $TOP ] || TOP=/sys/fs/cgroup
CG=$TOP/talos-node-$N
( while kill -0 ${OWNER:?}; do sleep 2; done; bash "$SELF/node.sh" kill $N ) > /dev/null 2>&1 &
W=$!
echo $$ > $B/supervisor.pid
while :; do
  mkdir -p $CG
  echo "== boot $(date +%T)"
  NODES=${NODES:?} bash -c 'echo $$ > '$CG'/cgroup.procs; exec ip netns exec tn-'$N' unshare -m -u -i -p -C -f --kill-child bash '$SELF'/stage.sh '$N &
  U=$!
  for i in $(seq 100); do C=$(cat /proc/$U/task/$U/children 2>/dev/null | awk '{print $1}'); [ -n "$C" ] && break; sleep 0.2; done
  echo $C > $B/init.pid
  echo $U > $TOP/cgroup.procs   # the unshare parent leaves, so the namespace's root group can have children with controllers
  wait $U; rc=$?
  echo "== init ended rc=$rc $(date +%T)"
  # empty the groups that are left
  find $CG -depth -type d -exec rmdir {} + 2>/dev/null
  [ -e $B/off ] || [ "$(cat $B/supervisor.pid)" != $$ ] && break
  [ $rc = 130 ] && { echo "== power off"; break; }   # SIGINT
  [ -e $B/norestart ] && break
  sleep 1
done
kill $W 2>/dev/null
