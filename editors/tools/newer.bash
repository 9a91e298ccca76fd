# Programs that Debian has in a later suite than the one that runs here: fetched by apt-get, which checks Debian's signatures,
# and unpacked below target/. Nothing of the system changes. Sourced by the tests of editors.

# newer SUITE FOLDER PACKAGE..: unpacks the packages into FOLDER; with `+` before its name, a package comes with all that it
# depends on, the C library included, for suites whose programs do not run on this one's.
newer() {
  local suite=$1 folder=$2
  shift 2
  local apt=$folder.apt
  mkdir -p "$apt"/etc/apt/{apt.conf.d,preferences.d,sources.list.d,trusted.gpg.d} "$apt"/var/lib/apt/lists/partial \
    "$apt"/var/cache/apt/archives/partial "$apt"/var/lib/dpkg
  : >"$apt/var/lib/dpkg/status"
  cp /usr/share/keyrings/debian-archive-keyring.gpg "$apt/etc/apt/trusted.gpg.d/"
  # from the mirror that this system uses
  local mirror
  mirror=$(. /etc/os-release && apt-get indextargets --format '$(RELEASE) $(REPO_URI)' | sed -n "s/^$VERSION_CODENAME //p" | head -n 1)
  [ -n "$mirror" ] || { printf 'no mirror of Debian is known to apt-get\n' >&2; return 1; }
  printf 'deb %s %s main\n' "$mirror" "$suite" >"$apt/etc/apt/sources.list"
  local options=(-qq -o Dir="$apt" -o Dir::State::status="$apt/var/lib/dpkg/status" -o APT::Sandbox::User=root)
  apt-get "${options[@]}" update
  local package
  for package in "$@"; do
    case $package in
      +*) apt-get "${options[@]}" --no-install-recommends --download-only -y install "${package#+}" >/dev/null ;;
      *) (cd "$apt/var/cache/apt/archives" && apt-get "${options[@]}" download "$package") ;;
    esac
  done
  mkdir -p "$folder.new"
  for package in "$apt"/var/cache/apt/archives/*.deb; do
    dpkg-deb -x "$package" "$folder.new"
  done
  rm -rf "$folder" "$apt"
  mv "$folder.new" "$folder"
}

# at_home FOLDER PROGRAM: has a program that came with its own C library use that, also when it starts itself again
at_home() {
  patchelf --set-interpreter "$1/usr/lib64/ld-linux-x86-64.so.2" --force-rpath \
    --set-rpath "$1/usr/lib/x86_64-linux-gnu:$1/lib/x86_64-linux-gnu" "$1/$2"
}

# needed PACKAGE..: of this suite; installed where they are not
needed() {
  local missing=()
  local package
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  { apt-get update -qq || true; } 2>/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
