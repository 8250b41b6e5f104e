#!/bin/sh
# compiler_cache.sh CCACHE COMPILER [ARGUMENT…]: ccache before the compiler, as CMake's launcher.
#
# LibTorch precompiled has 400 MB, and other bytes each time that it is compiled: ccache would hash
# all of them for each file, and find nothing in a second build folder. So ccache takes a header for
# what the header is made of, which is written beside the header here.
set -eu
# Paths relative to the project: `pip install .` finds what another build has compiled.
CCACHE_BASEDIR=$(cd "$(dirname "$0")/.." && pwd)
# No more than this: a file that changes while it is compiled must not be kept.
CCACHE_SLOPPINESS=pch_defines,time_macros
CCACHE_PCH_EXTSUM=1
CCACHE_DEPEND=1  # the compiler says itself which headers it reads
export CCACHE_BASEDIR CCACHE_SLOPPINESS CCACHE_PCH_EXTSUM CCACHE_DEPEND

output=
before=
for argument in "$@"; do
  [ "$before" != -o ] || output=$argument
  before=$argument
done
case $output in
  *.gch | *.pch) ;;
  *) exec "$@" ;;
esac
shift  # the header itself is not worth a place in the cache
"$@"

# The same without -o FILE and what the compiler is asked to write about the headers.
for argument in "$@"; do
  shift
  case $before/$argument in
    -o/* | -MF/* | -MT/* | */-o | */-MF | */-MT | */-MD) ;;
    *) set -- "$@" "$argument" ;;
  esac
  before=$argument
done
"$@" -E -dD -P > "$output.made_of"
sha256sum < "$output.made_of" > "$output.sum"
rm "$output.made_of"
