#!/bin/sh
# hub.sh FOLDER COUNT PREFIX REGISTRY
#
# Docker engines for a Swarm of several nodes on one machine, each with a network, a /run and a host name of its own, on a
# bridge that is in a network namespace of its own as well; and a registry beside them. To be started as
#
#   unshare --net --mount --pid --fork --kill-child --mount-proc sh hub.sh …
#
# It is the first process of a PID namespace: when it ends, the kernel ends whatever runs in there, containers too, and
# bridges, firewall rules and mounts vanish with their namespaces. It ends when its standard input does, also because the
# test that holds the other end was killed.
#
# PREFIX 10.199.7: the bridge and the registry have 10.199.7.1, the nodes 10.199.7.11, 10.199.7.12, …
folder=$1 count=$2 prefix=$3 registry=$4
here=$(dirname "$0")
trap '' INT TERM HUP

ip link set lo up
ip link add hub type bridge
ip addr add "$prefix.1/24" dev hub
ip link set hub up
echo 'nameserver 127.0.0.1' >"$folder/resolv.conf"
"$registry" serve "$folder/registry.yml" </dev/null >"$folder/registry.log" 2>&1 &

for i in $(seq "$count"); do
  mkdir -p "$folder/node$i"
  unshare --net --mount --uts --propagation private sh "$here/node.sh" "$folder" "$i" "$prefix" \
    </dev/null >"$folder/node$i/log" 2>&1 &
  until [ "$(readlink "/proc/$!/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
  ip link add "to-node$i" type veth peer name eth0 netns "$!"
  ip link set "to-node$i" master hub up
done
echo ready

cat >/dev/null
kill -KILL -1
rm -rf "$folder"
