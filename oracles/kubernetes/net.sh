#!/bin/bash
# net.sh up | down: a network namespace of our own, from which nothing leaves: loopback, and a default route into a link that ends there
# (an API server wants to have one).
set -e
N=ichor-kubernetes
case $1 in
up)
  ip netns add $N
  ip -n $N link set lo up
  ip -n $N link add end0 type veth peer name end1
  ip -n $N addr add 10.99.255.1/24 dev end0
  ip -n $N link set end0 up
  ip -n $N link set end1 up
  ip -n $N route add default dev end0 ;;
down)
  ! ip netns list | grep -qw $N || ip netns del $N ;;
esac
