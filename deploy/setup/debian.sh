#!/usr/bin/env bash
# Installs what Plumewatch builds and tests with on Debian 12 or later: system packages, and a Node that can
# run the browser app's build. Asks for root only when something is missing. Rust itself is assumed (rustup).
set -euo pipefail
cd "$(dirname "$0")/../.."

# build: a compiler, OpenCV with its bindings' generator; see: fonts for plates and documents;
# test: the servers and the browser that the tests start themselves; schemathesis in a venv of its own, keys for OIDC.
packages=(
  build-essential pkg-config clang libclang-dev libopencv-dev
  fonts-noto-cjk
  mosquitto postgresql chromium libfaketime
  python3-venv openssl
)
command -v node >/dev/null || packages+=(nodejs npm)

missing=()
for package in "${packages[@]}"; do
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done

if [ "${#missing[@]}" -gt 0 ]; then
  sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "setup: install as root: apt-get install ${missing[*]}" >&2; exit 1; }
    sudo=(sudo)
  fi
  echo "setup: installing ${missing[*]}"
  "${sudo[@]}" apt-get update -qq
  # The servers are for the tests, which start their own; none shall start by itself here.
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

command -v cargo >/dev/null || { echo "setup: install Rust first (rustup, 1.94 or later)" >&2; exit 1; }

# Vite 8 wants Node 20.19 or later; Debian 12 has 18. The npm registry carries Node itself as a package.
fits() { "$1" -e 'const [a,b]=process.versions.node.split(".").map(Number);process.exit(a>20||(a==20&&b>=19)?0:1)' 2>/dev/null; }
if ! fits "$(command -v node)" && ! fits .tools/node_modules/node/bin/node; then
  echo "setup: this machine's Node is too old; installing one into .tools"
  npm install --prefix .tools --no-save --no-fund --no-audit --loglevel=error node@22
fi
echo "setup: complete"
