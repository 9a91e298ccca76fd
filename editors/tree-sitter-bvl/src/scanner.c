// Tokens of .bvl that end where what stands behind them says so, and the ends of statements.
//
// It keeps whether it is within a string, and whether the statement is a flow: the parser's state says everything else by
// the tokens that it takes. What fits nowhere is an `odd` token, which no rule takes, so that it is an ERROR; its end is
// chosen so that what stands behind it is read as if nothing were wrong. Each character is looked at a bounded number of
// times, but for the comments between a statement's line and one that goes on with it.

#include "tree_sitter/alloc.h"
#include "tree_sitter/parser.h"

#include <string.h>

enum TokenType {
  END,
  WORD,
  ALLOW,
  LET,
  PARAM,
  FOR,
  NAME,
  NUMBER,
  ADDRESS,
  VARIABLE,
  WILDCARD,
  NUMBERED,
  COLON,
  TIGHT_COLON,
  DOTS,
  STRING_START,
  TEXT_START,
  STRING_CONTENT,
  STRING_END,
  TEXT_END,
  ESCAPE,
  INTERPOLATION_START,
  PATH,
  COMMENT,
  DOC_COMMENT,
  BLOCK_COMMENT,
  RESUME,
  ARROW,
  PATH_ARROW,
  EQUALS,
  CALL_START,
  OPERATOR,
  OPENING,
  ODD,
};

// What is open.
enum Mode { MODE_PLAIN, MODE_STRING, MODE_TEXT, MODE_OPEN_STRING, MODE_OPEN_TEXT };

typedef struct {
  uint8_t mode;
  // Whether `${` has been read and its path is due.
  uint8_t path;
  // Whether the last word was `allow` or `never`, whose ends may be written `web.8080`.
  uint8_t flow;
  // Whether it was `for`, which begins the sentence of a rule, or `expect`.
  uint8_t sentence;
  // Whether the last token ended a line, so that the next one may begin a statement.
  uint8_t fresh;
  // Whether it was a name, a number or an address.
  uint8_t joined;
} Scanner;

// The longest address, and the longest word that is told from others.
#define SHORT 64

static bool is_alpha(int32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_digit(int32_t c) { return c >= '0' && c <= '9'; }
static bool is_hex(int32_t c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
static bool is_letter(int32_t c) { return is_alpha(c) || is_digit(c) || c == '_'; }
static bool is_inner(int32_t c) { return is_letter(c) || c == '-'; }
static bool is_blank(int32_t c) { return c == ' ' || c == '\t' || c == '\r'; }

static void advance(TSLexer *lexer) { lexer->advance(lexer, false); }
static void skip(TSLexer *lexer) { lexer->advance(lexer, true); }

static bool found(TSLexer *lexer, enum TokenType type) {
  lexer->result_symbol = type;
  return true;
}

static const char *const DECLARATIONS[] = {
    "use",     "platform", "param", "let",   "environment", "class", "service", "job",
    "managed", "external", "group", "allow", "never",       "rule",  "test",    "waive",
};
static const char *const CONTINUATIONS[] = {"because", "where", "require", "else"};
// What goes on with a sentence, too.
static const char *const JOINING[] = {"and", "or"};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static bool is_one_of(const char *word, const char *const *list, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (strcmp(word, list[i]) == 0) return true;
  }
  return false;
}

// Reads the letters, digits, `_` and `-` that are next; what does not fit is no word of any list.
static void read_inner(TSLexer *lexer, char *word) {
  unsigned length = 0;
  while (is_inner(lexer->lookahead)) {
    if (length < SHORT - 1) word[length++] = (char)lexer->lookahead;
    advance(lexer);
  }
  word[length] = 0;
}

// Whether a word is `known` or a slip of it, as the compiler reads it: the same but for case, or at most a third of its
// characters (and one in any case) inserted, left out, replaced or swapped with their neighbor.
static bool is_near(const char *word, const char *known) {
  enum { MOST = 8 };
  size_t n = strlen(word), m = strlen(known);
  unsigned edits = n / 3 > 1 ? (unsigned)(n / 3) : 1;
  if (n > MOST || m > MOST) return false;
  unsigned table[MOST + 1][MOST + 1];
  for (size_t i = 0; i <= n; i++) {
    for (size_t j = 0; j <= m; j++) {
      if (i == 0 || j == 0) {
        table[i][j] = (unsigned)(i + j);
        continue;
      }
      char a = is_alpha(word[i - 1]) ? (char)(word[i - 1] | 0x20) : word[i - 1], b = known[j - 1];
      unsigned least = table[i - 1][j - 1] + (a != b);
      if (table[i - 1][j] + 1 < least) least = table[i - 1][j] + 1;
      if (table[i][j - 1] + 1 < least) least = table[i][j - 1] + 1;
      if (i > 1 && j > 1 && a == known[j - 2] && (word[i - 2] | 0x20) == b && table[i - 2][j - 2] + 1 < least) {
        least = table[i - 2][j - 2] + 1;
      }
      table[i][j] = least;
    }
  }
  return table[n][m] <= edits;
}

// ---- what may follow a name, number, address or variable at once

// Whether the lookahead is a border by its first character alone; -1 where the next ones decide.
static int border_here(TSLexer *lexer) {
  if (lexer->eof(lexer)) return 1;
  switch (lexer->lookahead) {
    case ' ': case '\n': case ';': case ',': case ')': case '(': case '}': case '{': case ']': case '[':
    case '=': case '\t': case '\r': case '"':
      return 1;
    case '.': case '-': case '~': case '/': case ':':
      return -1;
    default:
      return 0;
  }
}

// Whether a border follows; the end of the token has been marked before.
static bool is_border(TSLexer *lexer) {
  int here = border_here(lexer);
  if (here >= 0) return here;
  int32_t c = lexer->lookahead;
  advance(lexer);
  int32_t next = lexer->lookahead;
  switch (c) {
    case '.': return next == '.';
    case '-': return next == '>';
    case '~': return next == '>';
    case '/': return next == '/' || next == '*';
    default: break;
  }
  // a colon is none where it is a part of an address
  if (next == '/') {
    advance(lexer);
    return lexer->lookahead != '/';
  }
  for (int i = 0; i < 4 && is_hex(lexer->lookahead); i++) advance(lexer);
  return lexer->lookahead != ':';
}

// ---- addresses, in a text that has been read whole

// The longest stretch that may be an address is gathered here with what follows it.
typedef struct {
  char text[SHORT];
  unsigned length;
} Buffer;

static bool in_address(int32_t c) { return is_hex(c) || c == ':' || c == '.' || c == '/'; }

// How long the address is that `text` begins with; 0 for none.
static unsigned address_length(const char *text) {
  const char *at = text;
  const char *p = at;
  while (is_digit(*p)) p++;
  bool is_v4 = p > at;
  for (int i = 0; is_v4 && i < 3; i++) {
    if (*p == '.' && is_digit(p[1])) {
      p++;
      while (is_digit(*p)) p++;
    } else {
      is_v4 = false;
    }
  }
  if (!is_v4) {
    p = at;
    for (int i = 0; i < 4 && is_hex(*p); i++) p++;
    int groups = 0;
    while (groups < 8 && *p == ':') {
      p++;
      for (int i = 0; i < 4 && is_hex(*p); i++) p++;
      groups++;
    }
    if (groups < 2) return 0;
    for (int i = 0; i < 3 && *p == '.' && is_digit(p[1]); i++) {
      p++;
      while (is_digit(*p)) p++;
    }
  }
  if (*p == '/' && is_digit(p[1])) {
    p++;
    while (is_digit(*p)) p++;
  }
  return (unsigned)(p - at);
}

// ---- statements

// Skips a comment that `//` or `/*` begins; the first `/` has been passed. False where none does.
static bool pass_comment(TSLexer *lexer) {
  if (lexer->lookahead == '/') {
    while (!lexer->eof(lexer) && lexer->lookahead != '\n') advance(lexer);
    return true;
  }
  if (lexer->lookahead != '*') return false;
  advance(lexer);
  while (!lexer->eof(lexer)) {
    if (lexer->lookahead == '*') {
      advance(lexer);
      if (lexer->lookahead == '/') {
        advance(lexer);
        return true;
      }
    } else {
      advance(lexer);
    }
  }
  return true;
}

// Whether the statement goes on behind the line break that is next, in spite of it.
static bool goes_on(const Scanner *scanner, TSLexer *lexer) {
  for (;;) {
    if (lexer->eof(lexer)) return false;
    int32_t c = lexer->lookahead;
    if (c == '\n' || is_blank(c)) {
      advance(lexer);
    } else if (c == '/') {
      advance(lexer);
      if (!pass_comment(lexer)) return false;
    } else if (c == '-' || c == '~') {
      advance(lexer);
      return lexer->lookahead == '>';
    } else if (is_alpha(c)) {
      char word[SHORT];
      read_inner(lexer, word);
      return is_one_of(word, CONTINUATIONS, COUNT(CONTINUATIONS)) ||
             (scanner->sentence && is_one_of(word, JOINING, COUNT(JOINING)));
    } else {
      return scanner->sentence && c == ')';
    }
  }
}

// At a line break: the end of the statement, or white space where the statement goes on.
static bool line_break(const Scanner *scanner, TSLexer *lexer) {
  advance(lexer);
  lexer->mark_end(lexer);
  return found(lexer, goes_on(scanner, lexer) ? RESUME : END);
}

// Whether a declaration word is next, which ends whatever is open.
static bool is_declaration(TSLexer *lexer) {
  char word[SHORT];
  read_inner(lexer, word);
  return is_one_of(word, DECLARATIONS, COUNT(DECLARATIONS));
}

// What was never closed, up to the line break before the next declaration; the place behind which it looks is passed.
static void mark_open_end(TSLexer *lexer) {
  while (!lexer->eof(lexer)) {
    if (lexer->lookahead != '\n') {
      advance(lexer);
      continue;
    }
    lexer->mark_end(lexer);
    advance(lexer);
    if (is_declaration(lexer)) return;
  }
  lexer->mark_end(lexer);
}

// ---- strings

// Passes the path of an interpolation: `a`, `a.b`, `env/a.b`. Whether there is one.
static bool pass_path(TSLexer *lexer) {
  bool begins = true, sloped = false, dotted = false, hyphen = false;
  for (;;) {
    int32_t c = lexer->lookahead;
    if (begins ? is_alpha(c) : is_inner(c)) {
      begins = false;
      hyphen = c == '-';
    } else if (!begins && !hyphen && (c == '.' || (c == '/' && !sloped && !dotted))) {
      sloped |= c == '/';
      dotted |= c == '.';
      begins = true;
    } else {
      return !begins && !hyphen;
    }
    advance(lexer);
  }
}

// The number of an escape behind its `\u`. Whether it is one of a character.
static bool pass_number(TSLexer *lexer) {
  if (lexer->lookahead != '{') return false;
  advance(lexer);
  unsigned digits = 0;
  uint32_t number = 0;
  while (is_hex(lexer->lookahead) && digits < 7) {
    int32_t digit = lexer->lookahead;
    number = number * 16 + (uint32_t)(is_digit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10);
    digits++;
    advance(lexer);
  }
  bool is_character = number > 0 && number <= 0x10FFFF && !(number >= 0xD800 && number <= 0xDFFF);
  if (digits == 0 || digits > 6 || lexer->lookahead != '}' || !is_character) return false;
  advance(lexer);
  return true;
}

// The quotes that begin a string or a text block, or all of it where nothing ends it.
static bool string_start(Scanner *scanner, TSLexer *lexer) {
  advance(lexer);
  lexer->mark_end(lexer);
  bool is_text = false;
  if (lexer->lookahead == '"') {
    advance(lexer);
    if (lexer->lookahead != '"') {
      scanner->mode = MODE_STRING;
      return found(lexer, STRING_START);
    }
    advance(lexer);
    lexer->mark_end(lexer);
    is_text = true;
  }
  unsigned quotes = 0;
  while (!lexer->eof(lexer) && (is_text || lexer->lookahead != '\n')) {
    int32_t c = lexer->lookahead;
    advance(lexer);
    quotes = c == '"' ? quotes + 1 : 0;
    if (quotes == (is_text ? 3 : 1)) {
      scanner->mode = is_text ? MODE_TEXT : MODE_STRING;
      return found(lexer, is_text ? TEXT_START : STRING_START);
    }
    if (c == '\\' && !lexer->eof(lexer)) {
      if (!is_text && lexer->lookahead == '\n') break;
      advance(lexer);
    }
  }
  // Nothing ends it. What has been passed cannot be read again, so that the error ends here, and a string that is open
  // goes on to the end of its line.
  scanner->mode = is_text ? MODE_OPEN_TEXT : MODE_OPEN_STRING;
  return found(lexer, ODD);
}

// The rest of a string that nothing ends: up to the end of the line, but for the braces and `;` there, which still close
// what they would have closed; that of a text block up to the next declaration.
static bool open_string(Scanner *scanner, TSLexer *lexer) {
  bool is_text = scanner->mode == MODE_OPEN_TEXT;
  scanner->mode = MODE_PLAIN;
  lexer->mark_end(lexer);
  if (is_text) {
    mark_open_end(lexer);
    return found(lexer, ODD);
  }
  while (!lexer->eof(lexer) && lexer->lookahead != '\n') {
    int32_t c = lexer->lookahead;
    advance(lexer);
    if (c == '$' && lexer->lookahead == '{') {
      while (!lexer->eof(lexer) && lexer->lookahead != '\n' && lexer->lookahead != '}') advance(lexer);
      if (lexer->lookahead == '}') advance(lexer);
      lexer->mark_end(lexer);
    } else if (!is_blank(c) && c != ';' && c != '{' && c != '}') {
      lexer->mark_end(lexer);
    }
  }
  return found(lexer, ODD);
}

static bool string_part(Scanner *scanner, TSLexer *lexer) {
  bool is_text = scanner->mode == MODE_TEXT;
  if (scanner->path) {
    scanner->path = 0;
    pass_path(lexer);
    lexer->mark_end(lexer);
    return found(lexer, PATH);
  }
  for (bool any = false;; any = true) {
    lexer->mark_end(lexer);
    int32_t c = lexer->lookahead;
    if (lexer->eof(lexer) || (c == '\n' && !is_text)) {
      if (any) return found(lexer, STRING_CONTENT);
      scanner->mode = MODE_PLAIN;
      return found(lexer, ODD);
    }
    if (c == '"' && !is_text) {
      if (any) return found(lexer, STRING_CONTENT);
      advance(lexer);
      lexer->mark_end(lexer);
      scanner->mode = MODE_PLAIN;
      return found(lexer, STRING_END);
    }
    if (c == '"') {
      unsigned quotes = 0;
      while (quotes < 3 && lexer->lookahead == '"') {
        advance(lexer);
        quotes++;
      }
      if (quotes < 3) continue;
      if (any) return found(lexer, STRING_CONTENT);
      lexer->mark_end(lexer);
      scanner->mode = MODE_PLAIN;
      return found(lexer, TEXT_END);
    }
    if (c == '\\') {
      if (any) return found(lexer, STRING_CONTENT);
      advance(lexer);
      c = lexer->lookahead;
      bool known = c == '"' || c == '\\' || c == 'n' || c == 't' || c == '$';
      if (c != '\r' && c != '\n' && !lexer->eof(lexer)) advance(lexer);
      lexer->mark_end(lexer);
      if (c == 'u') known = pass_number(lexer);
      if (known) lexer->mark_end(lexer);
      return found(lexer, known ? ESCAPE : ODD);
    }
    advance(lexer);
    if (c == '$' && lexer->lookahead == '{') {
      if (any) return found(lexer, STRING_CONTENT);
      advance(lexer);
      lexer->mark_end(lexer);
      bool known = pass_path(lexer) && lexer->lookahead == '}';
      scanner->path = known;
      return found(lexer, known ? INTERPOLATION_START : ODD);
    }
  }
}

// ---- tokens

// What fits nowhere, up to where something else may begin.
static bool odd(TSLexer *lexer) {
  if (lexer->lookahead == '(') advance(lexer);
  while (border_here(lexer) != 1) advance(lexer);
  lexer->mark_end(lexer);
  return found(lexer, ODD);
}

// The rest of an address, of which `buffer` holds what has been passed.
static bool address(TSLexer *lexer, Buffer *buffer) {
  while (in_address(lexer->lookahead) && buffer->length < SHORT - 1) {
    int32_t c = lexer->lookahead;
    if (c == ':' && (memchr(buffer->text, '/', buffer->length) || memchr(buffer->text, '.', buffer->length))) {
      // nothing but a sign follows numbers with dots, or the length of a prefix
      break;
    }
    if (c == '.' || c == '/') lexer->mark_end(lexer);
    advance(lexer);
    int32_t next = lexer->lookahead;
    if ((c == '.' && next == '.') || (c == '/' && (next == '/' || next == '*'))) {
      // a range, or a comment
      buffer->text[buffer->length] = 0;
      return address_length(buffer->text) == buffer->length ? found(lexer, ADDRESS) : odd(lexer);
    }
    buffer->text[buffer->length++] = (char)c;
  }
  if (buffer->length >= SHORT) return odd(lexer);
  buffer->text[buffer->length] = 0;
  if (address_length(buffer->text) != buffer->length) return odd(lexer);
  lexer->mark_end(lexer);
  return is_border(lexer) ? found(lexer, ADDRESS) : odd(lexer);
}

// A name, or what only begins like one.
static bool name(Scanner *scanner, TSLexer *lexer, const bool *valid, bool begins_line, bool is_first) {
  char text[SHORT];
  unsigned length = 0;
  bool may_be_address = true, dotted = false, dotted_before_slope = false;
  unsigned slopes = 0;
  Buffer buffer = {{0}, 0};
#define TAKE()                                                                     \
  do {                                                                             \
    if (length < SHORT - 1) text[length] = (char)lexer->lookahead;                 \
    length++;                                                                      \
    may_be_address = may_be_address && in_address(lexer->lookahead);               \
    advance(lexer);                                                                \
  } while (0)
  bool bordered = false;
  if (begins_line) lexer->mark_end(lexer);
  TAKE();
  for (bool at_start = true;; at_start = false) {
    while (is_letter(lexer->lookahead)) TAKE();
    text[length < SHORT - 1 ? length : SHORT - 1] = 0;
    if (at_start && begins_line && !valid[WORD] && lexer->lookahead != '-' && is_one_of(text, DECLARATIONS, COUNT(DECLARATIONS))) {
      return found(lexer, END); // in column one it ends whatever is open
    }
    lexer->mark_end(lexer);
    unsigned end = length;
    if (lexer->lookahead == '-') {
      // `-`s belong to the name where a letter follows
      advance(lexer);
      if (lexer->lookahead == '>') {
        bordered = true;
        length = end;
        break;
      }
      if (length < SHORT - 1) text[length] = '-';
      length++;
      may_be_address = false;
      while (lexer->lookahead == '-') TAKE();
      if (!is_letter(lexer->lookahead)) return odd(lexer);
      continue;
    }
    if (lexer->lookahead == '.' || lexer->lookahead == '/') {
      int32_t mark = lexer->lookahead;
      advance(lexer);
      if (is_alpha(lexer->lookahead)) {
        dotted_before_slope |= mark == '/' && dotted;
        dotted |= mark == '.';
        slopes += mark == '/';
        if (length < SHORT - 1) text[length] = (char)mark;
        length++;
        continue;
      }
      if (mark == '.' ? lexer->lookahead == '.' : lexer->lookahead == '/' || lexer->lookahead == '*') {
        bordered = true;
        break;
      }
      if (mark == '.' && is_digit(lexer->lookahead) && slopes == 0 && !dotted && end <= SHORT) {
        // `web.8080`, which flows have
        while (is_digit(lexer->lookahead)) advance(lexer);
        lexer->mark_end(lexer);
        if (scanner->flow && lexer->lookahead != ':' && is_border(lexer)) return found(lexer, NUMBERED);
      }
      return odd(lexer);
    }
    if (lexer->lookahead == ':') {
      // an address, a border, or neither
      if (may_be_address && length < SHORT / 2) {
        memcpy(buffer.text, text, length);
        buffer.length = length;
      }
      bool gathers = buffer.length > 0;
      unsigned hex = 0;
      advance(lexer);
      if (gathers) buffer.text[buffer.length++] = ':';
      if (lexer->lookahead == '/') return odd(lexer); // `http://`; a comment behind a colon is none
      while (hex < 5 && is_hex(lexer->lookahead)) {
        if (gathers) buffer.text[buffer.length++] = (char)lexer->lookahead;
        hex++;
        advance(lexer);
      }
      if (hex > 4 || lexer->lookahead != ':') {
        bordered = true;
        break;
      }
      return gathers ? address(lexer, &buffer) : odd(lexer);
    }
    bordered = is_border(lexer);
    break;
  }
#undef TAKE
  if (!bordered) return odd(lexer);
  // one `/`, and no dot before it
  if (slopes > 1 || dotted_before_slope) return found(lexer, ODD);
  // while the parser recovers, only what begins a line is taken for a word
  if (!valid[WORD] || (valid[ODD] && !is_first)) return found(lexer, NAME);
  text[length < SHORT - 1 ? length : SHORT - 1] = 0;
  if (is_one_of(text, CONTINUATIONS, COUNT(CONTINUATIONS))) return found(lexer, ODD);
  scanner->flow = strcmp(text, "allow") == 0 || strcmp(text, "never") == 0;
  scanner->sentence = strcmp(text, "for") == 0 || strcmp(text, "expect") == 0;
  if (scanner->sentence) return found(lexer, FOR);
  if (scanner->flow) return found(lexer, ALLOW);
  if (strcmp(text, "param") == 0) return found(lexer, PARAM);
  return found(lexer, is_near(text, "let") || is_near(text, "param") ? LET : WORD);
}

// A number or an address, or what only begins like one.
static bool number(TSLexer *lexer) {
  // what may belong to an address is gathered; a longer number is a number all the same
  Buffer buffer = {{0}, 0};
#define TAKE()                                                                                    \
  do {                                                                                            \
    if (buffer.length < SHORT - 1) buffer.text[buffer.length++] = (char)lexer->lookahead;         \
    advance(lexer);                                                                               \
  } while (0)
  while (is_digit(lexer->lookahead)) TAKE();
  lexer->mark_end(lexer);
  if (lexer->lookahead == '.') {
    TAKE();
    if (lexer->lookahead == '.') return found(lexer, NUMBER); // `3..20`
    if (!is_digit(lexer->lookahead)) return odd(lexer);
    while (is_digit(lexer->lookahead)) TAKE();
    lexer->mark_end(lexer);
  }
  if (lexer->lookahead == '%') {
    advance(lexer);
    lexer->mark_end(lexer);
    return is_border(lexer) ? found(lexer, NUMBER) : odd(lexer);
  }
  if (is_alpha(lexer->lookahead)) {
    while (is_alpha(lexer->lookahead) || is_digit(lexer->lookahead)) TAKE();
    lexer->mark_end(lexer);
  }
  int32_t c = lexer->lookahead;
  if (c == '.' || c == '/') {
    TAKE();
    int32_t next = lexer->lookahead;
    if (c == '.' ? next == '.' : next == '/' || next == '*') return found(lexer, NUMBER);
  } else if (c == ':') {
    // behind a colon an address goes on only where another colon follows
    TAKE();
    if (lexer->lookahead == '/') {
      advance(lexer);
      return lexer->lookahead == '/' ? odd(lexer) : found(lexer, NUMBER);
    }
    for (int i = 0; i < 4 && is_hex(lexer->lookahead); i++) TAKE();
    if (lexer->lookahead != ':') return found(lexer, NUMBER);
  } else {
    return is_border(lexer) ? found(lexer, NUMBER) : odd(lexer);
  }
#undef TAKE
  return address(lexer, &buffer);
}

// A colon, or the address that it begins. Behind a name and before a value without a space it means nothing but in
// parentheses and in `param`.
static bool colon(Scanner *scanner, TSLexer *lexer, bool blank) {
  advance(lexer);
  lexer->mark_end(lexer);
  int32_t next = lexer->lookahead;
  bool glued = is_letter(next) || border_here(lexer) == 0 || next == '=' || next == ':';
  Buffer buffer = {":", 1};
  unsigned colons = 1;
  while (in_address(lexer->lookahead) && buffer.length < SHORT - 1) {
    int32_t c = lexer->lookahead;
    if (c == '/' && buffer.length == 1) {
      advance(lexer);
      if (lexer->lookahead == '/') return odd(lexer); // of `://`
      break;
    }
    colons += c == ':';
    buffer.text[buffer.length++] = (char)c;
    advance(lexer);
  }
  buffer.text[buffer.length] = 0;
  if (colons > 1 && address_length(buffer.text) == buffer.length && border_here(lexer) == 1) {
    lexer->mark_end(lexer);
    return found(lexer, ADDRESS);
  }
  return found(lexer, glued && !blank && scanner->joined ? TIGHT_COLON : COLON);
}

// A sign of a sentence, of which the first character is `c` and has been passed: it stands before a space or a parenthesis.
static bool sign(TSLexer *lexer, int32_t c) {
  int32_t next = lexer->lookahead;
  if (next == '=' && (c == '=' || c == '!' || c == '<' || c == '>')) {
    advance(lexer);
  } else if (c == '=' || c == '!') {
    return false;
  }
  next = lexer->lookahead;
  if (!lexer->eof(lexer) && !is_blank(next) && next != '\n' && next != '(') return false;
  lexer->mark_end(lexer);
  return found(lexer, OPERATOR);
}

static bool comment(Scanner *scanner, TSLexer *lexer) {
  advance(lexer);
  if (lexer->lookahead == '/') {
    advance(lexer);
    bool doc = false;
    if (lexer->lookahead == '/') {
      advance(lexer);
      doc = lexer->lookahead != '/';
    }
    while (!lexer->eof(lexer) && lexer->lookahead != '\n') advance(lexer);
    lexer->mark_end(lexer);
    return found(lexer, doc ? DOC_COMMENT : COMMENT);
  }
  if (lexer->lookahead == '*') {
    advance(lexer);
    lexer->mark_end(lexer);
    while (!lexer->eof(lexer)) {
      if (lexer->lookahead == '*') {
        advance(lexer);
        if (lexer->lookahead == '/') {
          advance(lexer);
          lexer->mark_end(lexer);
          return found(lexer, BLOCK_COMMENT);
        }
      } else {
        advance(lexer);
      }
    }
    scanner->mode = MODE_OPEN_TEXT;
    return found(lexer, ODD);
  }
  return odd(lexer);
}

static bool scan(Scanner *scanner, TSLexer *lexer, const bool *valid) {
  // the parser asks for everything only while it recovers from an error
  bool recovers = valid[ODD];
  if (scanner->mode == MODE_OPEN_STRING || scanner->mode == MODE_OPEN_TEXT) return open_string(scanner, lexer);
  if (scanner->mode != MODE_PLAIN) {
    if (valid[STRING_END] || valid[TEXT_END] || valid[PATH]) {
      // the brace of an interpolation is no part of the text, but only the parser's state says that it is due
      return string_part(scanner, lexer);
    }
    if (lexer->lookahead == '}') return false;
    scanner->mode = MODE_PLAIN;
    scanner->path = 0;
  }
  bool blank = false, begins_line = scanner->fresh, is_first = scanner->fresh;
  for (;; blank = true) {
    if (is_blank(lexer->lookahead)) {
      begins_line = false;
    } else if (lexer->lookahead == '\n') {
      if (valid[END]) return line_break(scanner, lexer);
      begins_line = true;
      is_first = true;
    } else {
      break;
    }
    skip(lexer);
  }
  if (lexer->eof(lexer) || lexer->lookahead == '}') {
    if (!valid[END] || recovers) return false;
    lexer->mark_end(lexer);
    return found(lexer, END);
  }
  int32_t c = lexer->lookahead;
  if (is_alpha(c)) return name(scanner, lexer, valid, begins_line, is_first);
  if (is_digit(c)) return number(lexer);
  switch (c) {
    case ':':
      return colon(scanner, lexer, blank);
    case '=':
    case '-':
    case '~':
      advance(lexer);
      if (scanner->sentence && c == '-' && lexer->lookahead != '>') return sign(lexer, c) || odd(lexer);
      if (scanner->sentence && c == '=' && lexer->lookahead == '=') return sign(lexer, c) || odd(lexer);
      if (c == '=' ? lexer->lookahead == '=' || lexer->lookahead == '>' : lexer->lookahead != '>') return odd(lexer);
      if (c != '=') advance(lexer);
      lexer->mark_end(lexer);
      return found(lexer, c == '=' ? EQUALS : c == '-' ? ARROW : PATH_ARROW);
    case '/':
      return comment(scanner, lexer);
    case '"':
      return string_start(scanner, lexer);
    case '$': {
      advance(lexer);
      if (!is_alpha(lexer->lookahead)) return odd(lexer);
      for (;;) {
        while (is_letter(lexer->lookahead)) advance(lexer);
        lexer->mark_end(lexer);
        if (lexer->lookahead != '-') break;
        advance(lexer);
        if (lexer->lookahead == '>') return found(lexer, VARIABLE);
        while (lexer->lookahead == '-') advance(lexer);
        if (!is_letter(lexer->lookahead)) return odd(lexer);
      }
      return is_border(lexer) ? found(lexer, VARIABLE) : odd(lexer);
    }
    case '*': {
      advance(lexer);
      lexer->mark_end(lexer);
      return is_border(lexer) ? found(lexer, WILDCARD) : odd(lexer);
    }
    case '.': {
      advance(lexer);
      if (lexer->lookahead != '.') return odd(lexer);
      advance(lexer);
      if (lexer->lookahead == '.' || lexer->lookahead == '=') return odd(lexer);
      lexer->mark_end(lexer);
      // outside of brackets a line break ends the statement, and with it the range
      while (is_blank(lexer->lookahead)) advance(lexer);
      return found(lexer, valid[END] && lexer->lookahead == '\n' ? ODD : DOTS);
    }
    case '<':
    case '>':
    case '+':
    case '!':
      if (!scanner->sentence) return odd(lexer);
      advance(lexer);
      return sign(lexer, c) || odd(lexer);
    case '(':
      if (scanner->sentence) {
        advance(lexer);
        lexer->mark_end(lexer);
        return found(lexer, OPENING);
      }
      // only what stands at once behind a name belongs to it
      if (blank || !scanner->joined) return odd(lexer);
      advance(lexer);
      lexer->mark_end(lexer);
      return found(lexer, CALL_START);
    case '{': case ';': case ',': case ')': case '[': case ']':
      return false;
    default:
      return odd(lexer);
  }
}

void *tree_sitter_bvl_external_scanner_create(void) { return ts_calloc(1, sizeof(Scanner)); }

void tree_sitter_bvl_external_scanner_destroy(void *payload) { ts_free(payload); }

unsigned tree_sitter_bvl_external_scanner_serialize(void *payload, char *buffer) {
  Scanner *scanner = payload;
  buffer[0] = (char)scanner->mode;
  buffer[1] = (char)scanner->path;
  buffer[2] = (char)scanner->flow;
  buffer[3] = (char)scanner->sentence;
  buffer[4] = (char)scanner->fresh;
  buffer[5] = (char)scanner->joined;
  return 6;
}

void tree_sitter_bvl_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  Scanner *scanner = payload;
  scanner->mode = length > 0 ? (uint8_t)buffer[0] : MODE_PLAIN;
  scanner->path = length > 1 ? (uint8_t)buffer[1] : 0;
  scanner->flow = length > 2 ? (uint8_t)buffer[2] : 0;
  scanner->sentence = length > 3 ? (uint8_t)buffer[3] : 0;
  scanner->fresh = length > 4 ? (uint8_t)buffer[4] : 0;
  scanner->joined = length > 5 ? (uint8_t)buffer[5] : 0;
}

bool tree_sitter_bvl_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
  Scanner *scanner = payload;
  if (!scan(scanner, lexer, valid)) return false;
  TSSymbol symbol = lexer->result_symbol;
  scanner->fresh = symbol == END;
  scanner->joined = symbol >= WORD && symbol <= ADDRESS;
  return true;
}
