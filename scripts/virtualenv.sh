# Sourced by the other scripts: makes .venv and installs pinned requirements into it.
# It touches nothing outside the project's folder, and needs neither root nor an account.

say() {
    printf 'mozi: %s\n' "$*" >&2
}

stop() {
    say "$@"
    exit 1
}

# Print the first interpreter that is new enough: $PYTHON where it is set, else what is on the PATH.
# It is asked from /: in this folder pyenv would accept only the version in .python-version.
find_python() {
    local candidate
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14 python}; do
        (cd / && "$candidate" -c '
import sys
if sys.version_info < (3, 11):
    sys.exit(1)
print(sys.executable)') 2>/dev/null && return
    done
    stop "no Python 3.11 or newer found; install one, or name it: PYTHON=/path/to/python $0"
}

# Make .venv, unless there is one that works. One does not work if its making was interrupted or
# its interpreter is gone.
make_virtualenv() {
    .venv/bin/python -m pip --version >/dev/null 2>&1 && return
    local python
    python=$(find_python)
    say "making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv >/dev/null 2>&1 && return
    "$python" -m virtualenv --quiet --clear .venv 2>/dev/null && return
    rm -rf .venv
    stop "$python cannot make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv"
}

# Install the pinned packages of file $1, unless the same file is installed already. .venv keeps
# a copy of the installed file. It is written last and atomically, so that an interrupted install
# is done again.
install() {
    local installed=".venv/installed-$1"
    cmp -s "$1" "$installed" && return
    say "installing $1 (a minute, the first time)"
    PIP_ROOT_USER_ACTION=ignore .venv/bin/python -m pip install \
        -qq --disable-pip-version-check --no-input --require-hashes -r "$1" ||
        stop "the packages of $1 could not be installed; pip said why above"
    cp "$1" "$installed.$$"
    mv "$installed.$$" "$installed"
}
