#!/bin/bash
# helper.sh COMMAND...: runs a command as long as the process $OWNER runs, or until it is asked to end itself.
"$@" &
C=$!
trap 'kill $C 2>/dev/null' EXIT TERM
while kill -0 "${OWNER:?}" && kill -0 $C; do sleep 1 & wait $!; done 2>/dev/null
