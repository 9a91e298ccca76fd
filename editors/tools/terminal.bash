# A program in a terminal of 150 columns and 40 lines, driven by keys and judged by what is on the screen. Sourced by the tests
# of editors that run in one. Nothing sleeps for a fixed time: each step waits for what the program shows.

readonly terminal_socket=bvl-$$
terminal_patience=${TERMINAL_PATIENCE:-30} # seconds

terminal() { tmux -L "$terminal_socket" -f /dev/null "$@"; }

# open COMMAND [ARGUMENT..]
open() {
  command -v tmux >/dev/null || { printf 'tmux is needed\n' >&2; exit 1; }
  trap close EXIT
  # `env` starts it, so that what tmux makes of the command line is of no matter
  LC_ALL=C.UTF-8 TERM=screen-256color terminal -u new-session -d -x 150 -y 40 -s it -- "$@"
  # a program that ends leaves its last screen behind
  terminal set-option -g remain-on-exit on >/dev/null
  # what follows an escape within this time is one key
  terminal set-option -s escape-time 0 >/dev/null
}

close() { terminal kill-server 2>/dev/null || true; }

screen() { terminal capture-pane -p -J -t it; }

# keys KEY..: as tmux names them, `Enter`, `Escape`, `C-x`; anything else is itself
keys() { terminal send-keys -t it "$@"; }

# typed TEXT: letter by letter, as it stands
typed() { terminal send-keys -t it -l -- "$1"; }

# until COMMAND..: runs it again and again until it succeeds
until_true() {
  local end=$((SECONDS + terminal_patience))
  until "$@"; do
    if [ $SECONDS -ge $end ]; then
      printf 'waited %s s in vain for: %s\nthe screen:\n' "$terminal_patience" "$*" >&2
      screen >&2
      return 1
    fi
    read -rt 0.05 <> <(:) || true
  done
}

is_shown() { screen | grep -qE -- "$1"; }
is_not_shown() { ! is_shown "$1"; }

# shown REGEX, gone REGEX
shown() { until_true is_shown "$1"; }
gone() { until_true is_not_shown "$1"; }

is_ended() { [ "$(terminal display-message -p -t it '#{pane_dead}')" = 1 ]; }

# ended: the program has ended by itself
ended() { until_true is_ended; }
