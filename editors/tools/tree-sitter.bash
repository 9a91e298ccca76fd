# The program of tree-sitter, for whoever tries a grammar or a query: what is on the path, or else Debian's, which is unpacked
# below target/ and needs no minutes of building. Sourced by the tests of editors, behind `newer.bash`.

# tree_sitter ROOT: puts the program first on the path; ROOT is the repository's
tree_sitter() {
  local folder
  command -v tree-sitter >/dev/null && return 0
  mkdir -p "$1/target/editors"
  folder=$(realpath "$1/target/editors")/tree-sitter-cli # what is unpacked there knows where it is
  needed patchelf
  # two editors that are tried at a time fetch it once
  exec 9>"$folder.lock"
  flock 9
  if ! "$folder/usr/bin/tree-sitter" --version >/dev/null 2>&1; then
    newer forky "$folder" +tree-sitter-cli
    at_home "$folder" usr/bin/tree-sitter
  fi
  exec 9>&-
  export PATH=$folder/usr/bin:$PATH
}
