#!/bin/bash
# On a fresh Debian 12, as root:
#   ./setup.sh           installs what is missing, builds, replays a shipped capture, runs the demo
#   ./setup.sh --tests   installs that and the test tools too, builds, runs every test
set -euo pipefail
cd "$(dirname "$0")"

build_packages=(gcc libc6-dev cmake make pkg-config ca-certificates
	libpcap-dev libyaml-dev libcjson-dev libmaxminddb-dev zlib1g-dev libzstd-dev libpcre2-dev
	libsqlite3-dev libmicrohttpd-dev libsodium-dev libcurl4-openssl-dev
	libgsm1-dev libopus-dev libspandsp-dev
	libhiredis-dev libssl-dev libsystemd-dev libseccomp-dev libcap-ng-dev
	redis-server libmnl-dev libnftnl-dev libnetfilter-queue-dev libnetfilter-conntrack-dev)
test_packages=(libcmocka-dev python3 sip-tester baresip-core sipsak sipvicious nmap tcpdump iproute2 valgrind
	openssl systemd nftables conntrack procps tshark man-db mandoc prometheus zsh fish)

# The page's tools, where they do not stand already from elsewhere.
command -v npm >/dev/null || build_packages+=(nodejs npm)
command -v chromium >/dev/null || test_packages+=(chromium)

missing() {
	for package in "$@"; do
		dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' ||
			echo "$package"
	done
}

install() {
	local wanted
	wanted=$(missing "$@")
	[ -n "$wanted" ] || return 0
	if [ "$(id -u)" != 0 ]; then
		echo "setup.sh: run as root to install:" $wanted >&2
		exit 4
	fi
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq
	# shellcheck disable=SC2086
	apt-get install -y -qq --no-install-recommends $wanted >/dev/null
}

case "${1:-}" in
"")
	install "${build_packages[@]}"
	cmake --preset release -DRINGFENCE_TESTS=OFF >/dev/null
	cmake --build --preset release -j"$(nproc)"
	build/release/bin/ringfence replay captures/attack/svcrack-long.pcap captures/benign/call.pcap
	# At a terminal the demo stays until Ctrl-C.
	if [ -t 1 ]; then
		exec build/release/bin/ringfence demo
	fi
	build/release/bin/ringfence demo --listen 127.0.0.1:0 --once
	;;
--tests)
	install "${build_packages[@]}" "${test_packages[@]}"
	# Not every distribution has it: its test is skipped without.
	if apt-cache show clickhouse-server >/dev/null 2>&1; then
		install clickhouse-server
	fi
	cmake --preset dev >/dev/null
	cmake --build --preset dev -j"$(nproc)"
	ctest --preset dev
	;;
*)
	echo "usage: ./setup.sh [--tests]" >&2
	exit 2
	;;
esac
