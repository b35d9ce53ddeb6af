# Sourced by the benchmarks: a scheduler and workers of their own on free loopback ports, in a
# temporary state folder. Whatever happens, they are stopped by process id and the folder goes.

mlctl=${MLCTL:-.build/release/mlctl}
export PYTHONDONTWRITEBYTECODE=1 # no __pycache__ in the source tree
if [ ! -x "$mlctl" ]; then
    echo "error: $mlctl is not there; 'make release' builds it" >&2
    exit 1
fi

cluster_folder=$(mktemp -d "${TMPDIR:-/tmp}/mlctl-bench-XXXXXX")
cluster_pids=()

cluster_stop() {
    trap - EXIT
    trap '' INT TERM
    set +e # a process that has ended already must not end the cleaning up
    local pid
    # Workers first, so that the scheduler hears them leave.
    for pid in $(printf '%s\n' "${cluster_pids[@]}" | tac); do kill "$pid" 2>/dev/null; done
    for pid in "${cluster_pids[@]}"; do
        for _ in $(seq 100); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.05
        done
        kill -9 "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    rm -rf "$cluster_folder"
}
trap cluster_stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

cluster_free_port() { # below the range the kernel gives to outgoing connections
    local number
    for number in $(shuf -i 20000-32000 -n 50); do
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$number") 2>/dev/null; then
            echo "$number"
            return
        fi
    done
}

# cluster_start COUNT: a scheduler and COUNT workers of one slot each; waits until all have joined.
cluster_start() {
    local http control artifacts number log
    http=$(cluster_free_port) control=$(cluster_free_port) artifacts=$(cluster_free_port)
    # The settings of the person who runs this must not point the client elsewhere.
    unset MLCTL_CONTEXT
    export XDG_CONFIG_HOME="$cluster_folder/config" MLCTL_STATE="$cluster_folder/state"
    export MLCTL_SERVER="http://127.0.0.1:$http"
    export MLCTL_TOKEN_FILE="$MLCTL_STATE/keys/admin.token"
    mkdir -p "$MLCTL_STATE"
    "$mlctl" scheduler --state "$MLCTL_STATE" --http "127.0.0.1:$http" \
        --control "127.0.0.1:$control" --artifacts "127.0.0.1:$artifacts" \
        >/dev/null 2>"$cluster_folder/scheduler.log" &
    cluster_pids+=($!)
    export CLUSTER_SCHEDULER_PID=$!
    cluster_await 0 || cluster_failed "the scheduler did not answer"
    for number in $(seq "$1"); do
        log="$cluster_folder/h$number.log"
        "$mlctl" worker --name "h$number" --slots 1 --scheduler "127.0.0.1:$control" \
            --credentials "$MLCTL_STATE" --state "$cluster_folder/h$number" >/dev/null 2>"$log" &
        cluster_pids+=($!)
    done
    cluster_await "$1" || cluster_failed "$1 workers did not join"
    CLUSTER_PIDS=$(IFS=,; echo "${cluster_pids[*]}")
    export CLUSTER_PIDS
}

cluster_await() { # as many nodes as given are listed, for at most 30 s
    local _
    for _ in $(seq 300); do
        if [ -s "$MLCTL_TOKEN_FILE" ] && "$mlctl" get nodes -o name >"$cluster_folder/nodes" \
            2>/dev/null && [ "$(wc -l <"$cluster_folder/nodes")" -ge "$1" ]; then
            return 0
        fi
        sleep 0.1
    done
    return 1
}

cluster_failed() {
    echo "error: $1 within 30 s; the ends of the daemons' logs:" >&2
    tail -n 5 "$cluster_folder"/*.log >&2
    exit 1
}
