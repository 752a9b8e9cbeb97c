# A command that must fail: `! command` would pass either way, since it never ends a script.
fails() {
  if "$@" >failed 2>&1; then
    echo "succeeded: $*" >&2
    exit 1
  fi
}
