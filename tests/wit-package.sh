#!/usr/bin/env bash
# Publishes the WIT package to a registry, which is a folder, and gets it back as a user does:
#   wit-package.sh JSVM-BUILD FOLDER
set -euo pipefail
build=$1 folder=$2
rm -rf "$folder"
mkdir -p "$folder/registry"
cat >"$folder/config.toml" <<END
default_registry = "registry.test"

[registry."registry.test"]
type = "local"

[registry."registry.test".local]
root = "$PWD/$folder/registry"
END
export WKG_CONFIG_FILE=$PWD/$folder/config.toml
"$build" wit "$folder/engine.wasm"
wkg publish --cache "$folder/cache" "$folder/engine.wasm"
wkg get --cache "$folder/cache" --format wit --output "$folder/engine.wit" jsvm:engine@0.2.0
grep -q "A handle to a JavaScript value\|Values that cross between a VM" "$folder/engine.wit" || {
    echo "wit-package: the documentation is missing in $folder/engine.wit" >&2
    exit 1
}
echo "jsvm:engine@0.2.0 was published and got back: $(wc -c <"$folder/engine.wit") bytes of WIT"
