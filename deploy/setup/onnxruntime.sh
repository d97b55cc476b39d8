#!/usr/bin/env bash
# Brings ONNX Runtime's library, out of its wheel on PyPI, into target/onnxruntime and prints where it is, for
# builds with the feature `ort`: ORT_DYLIB_PATH=$(deploy/setup/onnxruntime.sh). What it does goes to standard error.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=1.32.0 # What MEASURED.md measured; `ort` in Cargo.toml is pinned to go with it.
folder=$PWD/target/onnxruntime
library=$folder/onnxruntime/capi/libonnxruntime.so.$version

if [ ! -f "$library" ]; then
  if ! python3 -m pip --version >/dev/null 2>&1; then
    sudo=()
    [ "$(id -u)" -eq 0 ] || sudo=(sudo)
    echo "onnxruntime: installing python3-pip" >&2
    "${sudo[@]}" apt-get update -qq >&2
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-pip >/dev/null
  fi
  mkdir -p "$folder"
  echo "onnxruntime: downloading version $version" >&2
  python3 -m pip download --quiet --no-deps --only-binary :all: --dest "$folder" "onnxruntime==$version" >&2
  (cd "$folder" && python3 -m zipfile -e onnxruntime-"$version"-*.whl . && rm -- *.whl)
fi
echo "$library"
