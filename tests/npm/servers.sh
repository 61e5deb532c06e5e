#!/usr/bin/env bash
# Starts the servers that network.mjs connects to, with their data in a new folder, runs a command, and ends them:
#
#   tests/npm/servers.sh FOLDER COMMAND...
#
# They are Debian's packages postgresql, mariadb-server, redis-server, mosquitto and openssl; ./setup.sh servers installs
# them. As root, those that refuse to be root run as their own users.
set -euo pipefail
folder=$1
shift
rm -rf "$folder"
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
chmod 755 "$folder"
pids=()
finish() {
    ((${#pids[@]} == 0)) || kill "${pids[@]}" 2>/dev/null || true
    wait 2>/dev/null || true
}
trap finish EXIT

# For root: what runs a command as another user.
as_postgres=() as_mysql=()
if ((EUID == 0)); then
    for user in postgres mysql; do
        declare -n prefix=as_$user
        # shellcheck disable=SC2034 # it is a reference
        prefix=(setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups --)
    done
fi

# started NAME COMMAND...  starts a server
started() {
    local name=$1
    shift
    "$@" >"$folder/$name.log" 2>&1 &
    pids+=($!)
}

# reached NAME PORT  waits until a server listens
reached() {
    for _ in {1..150}; do
        if (: <"/dev/tcp/127.0.0.1/$2") 2>/dev/null; then return; fi
        sleep 0.2
    done
    printf '%s does not listen:\n' "$1" >&2
    tail -n 20 "$folder/$1.log" >&2
    exit 1
}

postgres=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1)
PATH=$postgres:/usr/sbin:$PATH
mkdir "$folder/postgres" "$folder/mariadb"
((EUID != 0)) || chown postgres "$folder/postgres"
((EUID != 0)) || chown mysql "$folder/mariadb"
echo secret >"$folder/password"
chmod 644 "$folder/password"
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=localhost \
    -keyout "$folder/postgres/key.pem" -out "$folder/postgres/cert.pem" 2>"$folder/openssl.log"
((EUID != 0)) || chown postgres "$folder"/postgres/*.pem
chmod 600 "$folder/postgres/key.pem"
"${as_postgres[@]}" initdb -D "$folder/postgres/data" -A scram-sha-256 -U test --pwfile="$folder/password" >"$folder/initdb.log"
started postgres "${as_postgres[@]}" "$postgres/postgres" -D "$folder/postgres/data" -p 25432 -k '' \
    -c ssl=on -c ssl_cert_file="$folder/postgres/cert.pem" -c ssl_key_file="$folder/postgres/key.pem"
"${as_mysql[@]}" mariadb-install-db --no-defaults --auth-root-authentication-method=normal --datadir="$folder/mariadb" >"$folder/mariadb-install.log" 2>&1
cat >"$folder/users.sql" <<'SQL'
create database if not exists test;
create user 'test'@'localhost' identified by 'secret';
grant all on test.* to 'test'@'localhost';
SQL
chmod 644 "$folder/users.sql"
started mariadb "${as_mysql[@]}" mariadbd --no-defaults --datadir="$folder/mariadb" --port=23306 --bind-address=127.0.0.1 \
    --socket="$folder/mariadb/socket" --init-file="$folder/users.sql"
started redis redis-server --port 26379 --bind 127.0.0.1 --save '' --requirepass secret --dir "$folder"
started mosquitto mosquitto -p 21883
reached postgres 25432
reached mariadb 23306
reached redis 26379
reached mosquitto 21883
"$@"
