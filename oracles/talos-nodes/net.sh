#!/bin/bash
# net.sh up|down : a bridge in a network namespace of our own (clients run there); 10.5.0.0/24, nothing outside
set -e
case $1 in
up)
  ip netns list | grep -qw tn-net || ip netns add tn-net
  ip -n tn-net link set lo up
  ip -n tn-net link show tnbr0 >/dev/null 2>&1 || ip -n tn-net link add tnbr0 type bridge
  ip -n tn-net addr replace 10.5.0.1/24 dev tnbr0
  ip -n tn-net link set tnbr0 up ;;
down)
  for n in $(ip netns list | awk '{print $1}' | grep '^tn-'); do ip netns del $n; done ;;
esac
