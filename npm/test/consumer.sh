#!/usr/bin/env bash
# Installs the packed package into an empty project, and runs the programs of its README there:
#   npm/test/consumer.sh [RUNTIME...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
package=$(ls "$PWD"/*.tgz)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

(($#)) || set -- node

cd "$folder"
echo '{ "private": true, "type": "module" }' > package.json
npm install --offline --no-fund --no-audit --silent "$package"

# The blocks of JavaScript, each a program that fails if an assertion does.
count=0
while IFS= read -r -d '' program; do
    count=$((count + 1))
    printf '%s' "$program" > "readme-$count.mjs"
    for runtime; do
        # A runtime may have arguments.
        # shellcheck disable=SC2086
        $runtime "readme-$count.mjs" < /dev/null || {
            echo "consumer: program $count of npm/README.md fails in $runtime" >&2
            exit 1
        }
    done
done < <(python3 - "$OLDPWD/README.md" <<'END'
import re, sys
for block in re.findall(r"^```js\n(.*?)^```$", open(sys.argv[1]).read(), re.S | re.M):
    sys.stdout.write(block + "\0")
END
)
((count > 0)) || { echo "consumer: npm/README.md has no program" >&2; exit 1; }
for runtime; do
    # shellcheck disable=SC2086
    echo "consumer: $count programs of npm/README.md run in $($runtime --version | head -1 || true), by ${runtime##*/}"
done
