#!/bin/sh
# nodes.sh FOLDER COUNT PREFIX REGISTRY REGISTRY_CONFIG
#
# Docker engines for a Swarm of several nodes on one machine, each with a network, a /run and a host name of its own, on a
# bridge that is in a network namespace of its own as well; and a registry beside them. Started as
#
#   unshare --net --mount --pid --fork --kill-child --mount-proc sh nodes.sh …
#
# it is the first process of a PID namespace: when it ends, the kernel ends whatever runs in there, containers too, and
# bridges, firewall rules and mounts vanish with their namespaces. It ends when its standard input does, also because
# the test that holds the other end was killed.
#
# PREFIX 10.199.7: the bridge and the registry have 10.199.7.1, the nodes 10.199.7.11, 10.199.7.12, …
folder=$1 count=$2 prefix=$3 registry=$4 config=$5
trap '' INT TERM HUP

echo 'nameserver 127.0.0.1' >"$folder/resolv.conf"
ip link set lo up
ip link add hub type bridge
ip addr add "$prefix.1/24" dev hub
ip link set hub up
"$registry" serve "$config" </dev/null >"$folder/registry.log" 2>&1 &

node() {
  # Its host name is the node's name in the Swarm.
  hostname "node$1"
  mount -t tmpfs none /run
  mkdir -p /run/lock "$(dirname "$(readlink -f /etc/resolv.conf)")"
  touch "$(readlink -f /etc/resolv.conf)"
  # Docker's clients ask the public registry on every service change: it has to be out of reach at once.
  mount --bind "$folder/resolv.conf" "$(readlink -f /etc/resolv.conf)"
  ip link set lo up
  until ip link show eth0 >/dev/null 2>&1; do sleep 0.02; done
  ip addr add "$prefix.1$1/24" dev eth0
  ip link set eth0 up
  ip route add default via "$prefix.1"
  echo 1 >/proc/sys/net/ipv4/ip_forward
  exec dockerd --data-root "$2/data" --exec-root "$2/exec" --pidfile "$2/pid" \
    -H "unix://$2/docker.sock" -H unix:///var/run/docker.sock --insecure-registry "$prefix.1:5000"
}

# Starts one engine, also again after it was killed: `start N` on standard input.
start() {
  own="$folder/node$1"
  mkdir -p "$own"
  rm -f "$own/pid" "$own/docker.sock"
  DOCKER_HOST='' unshare --net --mount --uts --propagation private \
    sh -c ". \"$0\"; node $1 \"$own\"" nodes.sh "$folder" "$count" "$prefix" "$registry" "$config" </dev/null >>"$own/log" 2>&1 &
  until [ "$(readlink "/proc/$!/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
  ip link delete "to-node$1" 2>/dev/null
  ip link add "to-node$1" type veth peer name eth0 netns "$!"
  ip link set "to-node$1" master hub up
}
