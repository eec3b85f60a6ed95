# shellcheck shell=bash
# Commands that run in parallel. The output of each goes to a file in "$logs", so that it can be shown in one piece.

side_by_side=()

# `begin NAME COMMAND...`: starts a command, or a function, in the background.
begin() {
  local name=$1
  shift
  rm -f "${logs:?}/$name.status"
  (
    "$@" >"$logs/$name.log" 2>&1 </dev/null &
    command=$!
    trap 'kill "$command" 2>/dev/null || true' TERM
    SECONDS=0
    status=0
    wait "$command" || status=$?
    # Not in a pipe: that is a shell of its own, which has used no time.
    times >"$logs/$name.times"
    echo "$name: $SECONDS s, $(tail -n 1 "$logs/$name.times")" >>"$logs/times.txt"
    echo "$status" >"$logs/$name.status"
  ) &
  side_by_side+=("$!")
}

has_ended() {
  [[ -s ${logs:?}/$1.status ]]
}

# `end NAME`: waits for the command, shows its output, and returns its status.
end() {
  local name=$1
  until has_ended "$name"; do sleep 0.2; done
  cat "${logs:?}/$name.log"
  return "$(<"$logs/$name.status")"
}

# Ends all commands that are still running.
end_all() {
  kill "${side_by_side[@]}" 2>/dev/null || true
}
