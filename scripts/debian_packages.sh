# Sourced. What Debian's archive has and has not given yet.
is_installed() {
  dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed
}

# install_missing PACKAGE…: installs what is not there, and says so and how much it downloads. Empty names are passed over.
install_missing() {
  local missing=() as_root=() package amount
  for package in "$@"; do
    [ -z "$package" ] || is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "$0: run as root or install sudo" >&2; exit 1; }
    as_root=(sudo)
  fi
  "${as_root[@]}" apt-get update -qq
  amount=$(LC_ALL=C apt-get install --no-install-recommends --assume-no "${missing[@]}" 2>/dev/null | sed -n 's/^Need to get \(.*\) of archives.*/\1/p' || true)
  echo "About to install from Debian's archive (${amount:-nothing} to download): ${missing[*]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
