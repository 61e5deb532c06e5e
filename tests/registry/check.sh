#!/usr/bin/env bash
# Publishes the WIT package with `wkg` to a registry on this machine, and has a project elsewhere fetch it from there:
#
#   tests/registry/check.sh JSVM PACKAGE
#
# JSVM is the program, and PACKAGE is the file that `./just wit-package` writes. Needs wkg, wasm-tools and
# docker-registry, which ./setup.sh registry installs.
set -euo pipefail

jsvm=$(realpath "$1")
package=$(realpath "$2")
version=$(sed -n 's/^package jsvm:engine@\(.*\);$/\1/p' "$(dirname "$0")/../../wit/world.wit")

folder=$(mktemp -d)
registry=
trap '[[ -z $registry ]] || kill "$registry"; rm -rf "$folder"' EXIT
cd "$folder"

# A port that is free now.
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >registry.yml <<YAML
version: 0.1
log: { level: error, accesslog: { disabled: true } }
storage: { filesystem: { rootdirectory: $folder/storage } }
http: { addr: 127.0.0.1:$port }
YAML
docker-registry serve registry.yml >registry.log 2>&1 &
registry=$!
curl --silent --fail --retry 20 --retry-connrefused --retry-delay 1 "http://127.0.0.1:$port/v2/" >/dev/null ||
    { cat registry.log >&2; exit 1; }

cat >config.toml <<TOML
[namespace_registries]
jsvm = { registry = "127.0.0.1:$port", metadata = { preferredProtocol = "oci", oci = { registry = "127.0.0.1:$port", namespacePrefix = "" } } }

[registry."127.0.0.1:$port"]
type = "oci"

[registry."127.0.0.1:$port".oci]
protocol = "http"
TOML
export WKG_CONFIG_FILE=$folder/config.toml WKG_CACHE_DIR=$folder/cache

wkg publish "$package"
wkg get --output ./fetched.wasm "jsvm:engine@$version"
cmp "$package" fetched.wasm

# A project whose world has some of its interfaces: `wkg` finds the package, and writes down which it found.
mkdir -p project/wit
cat >project/wit/host.wit <<WIT
package acme:rules;

world host {
  include jsvm:engine/js-evaluator@$version;
  export ready: func() -> bool;
}
WIT
(cd project && wkg fetch)
grep -q "jsvm:engine" project/wkg.lock
wasm-tools component wit project/wit >project.wit
grep -q "export jsvm:engine/evaluator@$version" project.wit

# The same package is what programs for a world are typed by.
"$jsvm" types --wit project/wit --world host --guest >guest.d.ts
grep -q "evaluator" guest.d.ts

# A name without a version is the locked package, in the binary format as well.
mkdir -p any/wit
echo 'package acme:any; world any { include jsvm:engine/js-evaluator; }' >any/wit/any.wit
(cd any && wkg fetch --type wasm)
"$jsvm" types --wit any/wit --guest >any.d.ts
grep -q "evaluator@$version" any.d.ts

# Another file than the locked one is refused, and so is a version that was not locked.
sed 's/^digest = "sha256:..../digest = "sha256:0000/' any/wkg.lock >changed.lock
mv changed.lock any/wkg.lock
if "$jsvm" types --wit any/wit --guest >/dev/null 2>refused.txt; then exit 1; fi
grep -q 'its digest is .*Run `wkg fetch`' refused.txt
sed "s/^version = \"$version\"/version = \"0.0.1\"/" project/wkg.lock >changed.lock
mv changed.lock project/wkg.lock
if "$jsvm" types --wit project/wit --world host --guest >/dev/null 2>refused.txt; then exit 1; fi
grep -q 'wkg.lock has jsvm:engine@0.0.1. Run `wkg fetch`' refused.txt
echo "registry: jsvm:engine@$version was published, fetched, and used by a project"
