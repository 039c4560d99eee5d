#!/bin/bash
# net.sh up | down | drop NAME: a bridge in a network namespace of our own, where clients run; 10.5.0.0/24, nothing outside
set -e
case $1 in
up)
  ip netns list | grep -qw tn-net || ip netns add tn-net
  ip -n tn-net link set lo up
  ip -n tn-net link show tnbr0 >/dev/null 2>&1 || ip -n tn-net link add tnbr0 type bridge
  ip -n tn-net addr replace 10.5.0.1/24 dev tnbr0
  ip -n tn-net link set tnbr0 up ;;
drop)
  # The namespace itself goes with its last process, which may take a moment.
  ! ip -n tn-net link show "tv-$2" > /dev/null 2>&1 || ip -n tn-net link del "tv-$2"
  ! ip netns list | grep -qw "tn-$2" || ip netns del "tn-$2" ;;
down)
  for n in $(ip netns list | awk '{print $1}' | grep '^tn-'); do ip netns del $n; done ;;
esac
