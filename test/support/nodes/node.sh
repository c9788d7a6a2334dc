#!/bin/sh
# node.sh FOLDER NUMBER PREFIX: one engine of hub.sh, in namespaces of its own.
folder=$1 number=$2 prefix=$3
own=$folder/node$number

# Its host name is the node's name in the Swarm.
hostname "node$number"
resolv=$(readlink -f /etc/resolv.conf)
mount -t tmpfs none /run
mkdir -p /run/lock "$(dirname "$resolv")"
touch "$resolv"
# Docker's clients ask the public registry on every service change: it is to be out of reach at once.
mount --bind "$folder/resolv.conf" "$resolv"

ip link set lo up
until ip link show eth0 >/dev/null 2>&1; do sleep 0.02; done
ip addr add "$prefix.1$number/24" dev eth0
ip link set eth0 up
ip route add default via "$prefix.1"
echo 1 >/proc/sys/net/ipv4/ip_forward

DOCKER_HOST='' exec dockerd --data-root "$own/data" --exec-root "$own/exec" --pidfile "$own/pid" \
  -H "unix://$own/docker.sock" -H unix:///var/run/docker.sock --insecure-registry "$prefix.1:5000"
