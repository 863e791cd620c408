# Sourced by scripts/run and scripts/dev: what both do before they serve.
source scripts/virtualenv.sh

make_virtualenv
install requirements.txt
export FLASK_APP=wsgi.py PATH="$PWD/.venv/bin:$PATH"

# Migrate the database, and fill an empty one with the demo calendar.
# A setting that cannot be used ends the script here, with a line a fault.
prepare_data() {
    # DATA_DIR is for this user alone: it has the secret key, password hashes and originals.
    umask 077
    flask db upgrade

    # Close what an earlier start left open; by name, as DATA_DIR may hold other things too.
    local data=${DATA_DIR:-instance}
    chmod go= "$data"
    find "$data" -maxdepth 1 \( -name 'mozi.sqlite3*' -o -name secret_key -o -name media -o -name static \
        -o -name 'pages*' -o -name last-backup \) -exec chmod -R go= {} +

    local needs_demo
    needs_demo=$(python -m scripts.needs_demo)
    [ "$needs_demo" = yes ] || return 0
    say "filling the empty database with the demo calendar"
    flask load-demo
}

# Stop where another program listens on port $1.
require_port() {
    python - "$1" <<'PYTHON' || stop "port $1 is taken; another one: PORT=8002 $0"
import socket, sys
with socket.socket() as probe:
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sys.exit(probe.connect_ex(("127.0.0.1", int(sys.argv[1]))) == 0)
PYTHON
}
