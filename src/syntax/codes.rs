//! The codes of syntax, `BVL01xx`, with their explanations.

use crate::code;
use crate::diagnostic::Code;

/// Every code that reading a text can report.
pub static CODES: &[&Code] = &[
    &BVL0101, &BVL0102, &BVL0103, &BVL0104, &BVL0105, &BVL0106, &BVL0107, &BVL0108, &BVL0109, &BVL0110, &BVL0111,
    &BVL0112, &BVL0113, &BVL0114, &BVL0115, &BVL0116, &BVL0117, &BVL0118, &BVL0119, &BVL0120, &BVL0121, &BVL0122,
    &BVL0123, &BVL0124,
];

code! {
    /// ## What it means
    /// Characters stand where a word, a value or an arrow is due, and make none of these.
    ///
    /// ## Why it matters
    /// What cannot be read cannot be checked: the statement is left out of every later stage, its neighbors are not.
    ///
    /// ## How to mend it
    /// Remove the characters, or put them in quotes if they are text. A number has one suffix and no separators.
    ///
    /// ```bvl bad in=syntax
    /// service web { scale 1_000 }   //~ BVL0101 "not grouped"
    /// ```
    /// ```bvl fixed in=syntax
    /// service web { scale 1000 }
    /// ```
    /// ```bvl bad in=syntax
    /// service web { cpu 500m && 2 }   //~ BVL0101 "`&&` cannot stand here"
    /// ```
    /// ```bvl good in=syntax
    /// service web { cpu 500m..2 }
    /// ```
    BVL0101, "unexpected-text", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A string has no closing `"` in its line, or a text of several lines no closing `"""`.
    ///
    /// ## Why it matters
    /// Nobody can know where the text was meant to end. The string takes the rest of its line, a text of several lines
    /// everything up to the next declaration.
    ///
    /// ## How to mend it
    /// Close it. Text of several lines stands between `"""`.
    ///
    /// ```bvl bad in=syntax
    /// service web {
    ///   image "registry.example.com/web:1.0   //~ BVL0102 "never closed"
    ///   port http 8080
    /// }
    /// ```
    /// ```bvl good in=syntax
    /// service web {
    ///   image "registry.example.com/web:1.0"
    ///   port http 8080
    /// }
    /// ```
    /// A text of several lines has all of its quotes at both ends:
    /// ```bvl bad in=syntax
    /// service web {
    ///   config pages at "/srv" {
    ///     "index.html" ""   //~ BVL0102 "begins with"
    ///       Hello
    ///       """
    ///   }
    /// }
    /// ```
    /// ```bvl good in=syntax
    /// service web {
    ///   config pages at "/srv" {
    ///     "index.html" """
    ///       Hello
    ///       """
    ///   }
    /// }
    /// ```
    BVL0102, "unclosed-string", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A `/*` has no `*/` behind it.
    ///
    /// ## Why it matters
    /// Everything up to the next declaration is taken for the comment, and would silently be missing from the manifests.
    ///
    /// ## How to mend it
    /// Add `*/`, or begin each line of the comment with `//`.
    ///
    /// ```bvl bad in=syntax
    /// /* the web tier   //~ BVL0103 "never closed"
    ///
    /// service web { port http 8080 }
    /// ```
    /// ```bvl good in=syntax
    /// /* the web tier */
    ///
    /// service web { port http 8080 }
    /// ```
    BVL0103, "unclosed-comment", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A `(` or `[` has no partner in its statement, or a `)` or `]` closes nothing.
    ///
    /// ## Why it matters
    /// It is open which values belong to the list or the arguments.
    ///
    /// ## How to mend it
    /// Add the partner, or remove the bracket.
    ///
    /// ```bvl bad in=syntax
    /// service web is sized(cpu = 1 {   //~ BVL0104 "never closed"
    ///   port http 8080
    /// }
    /// ```
    /// ```bvl good in=syntax
    /// service web is sized(cpu = 1) {
    ///   port http 8080
    /// }
    /// ```
    /// It is added where the arguments of one class end, before the name of the next:
    /// ```bvl bad in=syntax
    /// service web is sized(cpu = 1, owned(team = "a") { port http 8080 }   //~ BVL0104 "never closed"
    /// ```
    /// ```bvl good in=syntax
    /// service web is sized(cpu = 1), owned(team = "a") { port http 8080 }
    /// ```
    /// ```bvl bad in=syntax
    /// service web is sized cpu = 1), owned(team = "a") { port http 8080 }   //~ BVL0104 "no `(` stands between `sized`"
    /// ```
    /// ```bvl good in=syntax
    /// service web is sized(cpu = 1), owned(team = "a") { port http 8080 }
    /// ```
    BVL0104, "unclosed-bracket", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A `{` has no `}`. Where the braces of a file do not balance, a line that begins with a declaration word (`service`,
    /// `environment`, `allow`, ..) closes all that is open, and indentation tells which block it is.
    ///
    /// ## Why it matters
    /// Statements would belong to another block than the one they were written for.
    ///
    /// ## How to mend it
    /// Add the `}`.
    ///
    /// ```bvl bad in=syntax
    /// service web {   //~ BVL0105 "`service web` is never closed"
    ///   port http 8080
    ///
    /// service api {
    ///   port http 8080
    /// }
    /// ```
    /// ```bvl fixed in=syntax
    /// service web {
    ///   port http 8080
    /// }
    ///
    /// service api {
    ///   port http 8080
    /// }
    /// ```
    ///
    /// What is said of the next declaration stays there:
    ///
    /// ```bvl bad in=syntax
    /// service web {
    ///   port http 8080
    ///   shutdown {   //~ BVL0105 "2 blocks are never closed"
    ///     grace 40s
    ///     // long enough for what runs
    ///
    ///   // of the service
    ///
    /// // as web
    /// /// Answers the others.
    /// service api {
    ///   port http 8080
    /// }
    /// ```
    /// ```bvl fixed in=syntax
    /// service web {
    ///   port http 8080
    ///   shutdown {
    ///     grace 40s
    ///     // long enough for what runs
    ///   }
    ///
    ///   // of the service
    /// }
    ///
    /// // as web
    /// /// Answers the others.
    /// service api {
    ///   port http 8080
    /// }
    /// ```
    BVL0105, "unclosed-block", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A `}` closes nothing, or a `{` belongs to no statement.
    ///
    /// ## Why it matters
    /// One brace too many ends a block too early, and what follows belongs to nothing.
    ///
    /// ## How to mend it
    /// Remove the brace; before a `{` stands the word that says what the block is.
    ///
    /// ```bvl bad in=syntax
    /// service web { port http 8080 } }   //~ BVL0106 "one too many"
    /// ```
    /// ```bvl bad in=syntax
    /// allow web -> api.http timeout 5s }   //~ BVL0106 "never opened"
    /// ```
    /// ```bvl bad in=syntax
    /// service web   //~ BVL0106 "never opened"
    ///   port http 8080
    /// }
    /// ```
    /// ```bvl fixed in=syntax
    /// service web {
    ///   port http 8080
    /// }
    /// ```
    /// ```bvl good in=syntax
    /// service web { port http 8080 }
    /// ```
    BVL0106, "stray-brace", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A `{` stands at the start of a line. A newline ends a statement, so the block would belong to none.
    ///
    /// ## Why it matters
    /// There is one way to write a block, so that no reader wonders whether the line above takes part.
    ///
    /// ## How to mend it
    /// Write the `{` at the end of the line of its statement.
    ///
    /// ```bvl bad in=syntax
    /// service web
    /// {   //~ BVL0107 "on a line of its own"
    ///   port http 8080
    /// }
    /// ```
    /// ```bvl fixed in=syntax
    /// service web {
    ///   port http 8080
    /// }
    /// ```
    BVL0107, "brace-on-next-line", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// Blocks stand within blocks, more than 64 deep.
    ///
    /// ## Why it matters
    /// No word of the language nests that deep, so braces have gone astray; what stands in there is passed over.
    ///
    /// ## How to mend it
    /// Remove braces.
    ///
    /// ```bvl bad in=syntax
    /// a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a { a {
    /// a {   //~ BVL0108 "more than 64 deep"
    /// }
    /// } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } } }
    /// ```
    /// ```bvl good in=syntax
    /// platform shop { defaults { health 8081 { live "/healthz" } } }
    /// ```
    BVL0108, "nested-too-deep", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A list stands within a list, or parentheses within parentheses.
    ///
    /// ## Why it matters
    /// Lists and arguments are flat: every member is one value.
    ///
    /// ## How to mend it
    /// Write one flat list. What is inside can be a `let` or a class of its own.
    ///
    /// ```bvl bad in=syntax
    /// service web { args ["-v", ["-d"]] }   //~ BVL0109 "do not nest"
    /// ```
    /// ```bvl good in=syntax
    /// service web { args "-v", "-d" }
    /// ```
    BVL0109, "nested-list", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// In a string `\` stands before a character with which it makes no escape. The escapes are `\"`, `\\`, `\n`, `\t`, `\$` and
    /// `\u{..}` with the number of a Unicode character in hexadecimal digits, other than 0.
    ///
    /// ## Why it matters
    /// Other languages drop the backslash or keep it; a path or an expression would arrive in the container changed. The
    /// character 0 ends an environment variable and an argument: a container that is given one does not start.
    ///
    /// ## How to mend it
    /// Write `\\` for a backslash.
    ///
    /// ```bvl bad in=syntax
    /// service web { env PATTERN "\d+" }   //~ BVL0110 "has no meaning in a string"
    /// ```
    /// ```bvl good in=syntax
    /// service web { env PATTERN "\\d+" }
    /// ```
    /// ```bvl bad in=syntax
    /// service web { env EMPTY "a\u{0}b" }   //~ BVL0110 "is a NUL"
    /// ```
    /// ```bvl good in=syntax
    /// service web { env BELL "a\u{7}b" }
    /// ```
    BVL0110, "unknown-escape", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// Behind `${` in a string no name and `}` follow, or `${name}` stands outside of a string.
    ///
    /// ## Why it matters
    /// What stands in the string would arrive in the container as it is, where a value was meant.
    ///
    /// ## How to mend it
    /// In strings write `${name}`, outside of them `$name`; an address has no `$` outside of them: `api.http.host`. Where a string needs
    /// the two characters `${`, write `\${`.
    ///
    /// ```bvl bad in=syntax
    /// service web { image "web:${ version }" }   //~ BVL0111 "has spaces around its name"
    /// ```
    /// ```bvl fixed in=syntax
    /// service web { image "web:${version}" }
    /// ```
    /// ```bvl bad in=syntax
    /// service web { scale ${replicas} }   //~ BVL0111 "within strings only"
    /// ```
    /// ```bvl fixed in=syntax
    /// service web { scale $replicas }
    /// ```
    BVL0111, "unreadable-interpolation", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// The file holds a character that no editor shows, or one that only looks like a space: a control character, a space of no
    /// width, a mark that changes the direction of text, a space from a web page.
    ///
    /// ## Why it matters
    /// A reviewer sees another text than the compiler reads. Marks of direction have been used to hide code from reviewers.
    ///
    /// ## How to mend it
    /// Remove it. A string that needs one of them writes it as an escape, such as `\u{202e}`.
    ///
    /// ```bvl bad in=syntax
    /// service web { port http 8080 }   //~ BVL0112 "a no-break space (U+00A0)"
    /// ```
    /// ```bvl fixed in=syntax
    /// service web { port http 8080 }
    /// ```
    BVL0112, "hidden-character", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// The bytes of the file are not UTF-8 text.
    ///
    /// ## Why it matters
    /// Every name and string of a spec ends up in manifests, and the Kubernetes API takes UTF-8 only.
    ///
    /// ## How to mend it
    /// Save the file with the encoding UTF-8. A byte-order mark at its start does no harm.
    ///
    /// ```bvl good in=syntax
    /// service web { label "team" "Zürich" }
    /// ```
    BVL0113, "not-utf8", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A bare word ends in `-`.
    ///
    /// ## Why it matters
    /// Kubernetes refuses names that end in `-`, and `web->api` would be read in two ways.
    ///
    /// ## How to mend it
    /// Remove the `-`, or put the word in quotes if it is text.
    ///
    /// ```bvl bad in=syntax
    /// service web- { port http 8080 }   //~ BVL0114 "`web-` ends in `-`"
    /// ```
    /// ```bvl good in=syntax
    /// service web { port http 8080 }
    /// ```
    BVL0114, "name-ends-in-hyphen", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A version, an image, a path or a URL stands without quotes.
    ///
    /// ## Why it matters
    /// Without quotes a value is a word, a number with its unit or an address; `1.10` would be the number 1.1.
    ///
    /// ## How to mend it
    /// Put it in quotes.
    ///
    /// ```bvl bad in=syntax
    /// service web { image nginx:1.27 }   //~ BVL0115 "stands in quotes"
    /// ```
    /// ```bvl fixed in=syntax
    /// service web { image "nginx:1.27" }
    /// ```
    /// So does what listens in brackets:
    /// ```bvl bad in=service
    /// args ["--listen", 0.0.0.0:8080]   //~ BVL0115 "stands in quotes"
    /// ```
    /// ```bvl fixed in=service
    /// args ["--listen", "0.0.0.0:8080"]
    /// ```
    /// Templates of another language fill in nothing:
    /// ```bvl bad in=service
    /// env IMAGE "registry.example/web":{{ .Values.tag | quote }}; user 10001   //~ BVL0115 "filled in by another language"
    /// ```
    /// ```bvl bad in=syntax
    /// let version = 1.4.2   //~ BVL0115 "`1.4.2` is no number"
    /// ```
    /// ```bvl fixed in=syntax
    /// let version = "1.4.2"
    /// ```
    /// A port stands behind a dot:
    /// ```bvl bad in=syntax
    /// allow web -> queue:amqp   //~ BVL0115 "names no end of a flow"
    /// ```
    /// ```bvl fixed in=syntax
    /// allow web -> queue.amqp
    /// ```
    /// And by its name alone; which one was meant by a number is told where the ports are known:
    /// ```bvl bad in=flow
    /// allow caller -> store.sql:5432   //~ BVL0115 "names no end of a flow"
    /// ```
    /// ```bvl bad in=flow
    /// never vault -> caller@http   //~ BVL0115 "names no end of a flow"
    /// ```
    /// A key has no `:` behind it:
    /// ```bvl bad in=service
    /// label shop.example/tier: "web"   //~ BVL0115 "stands in quotes"
    /// ```
    /// ```bvl fixed in=service
    /// label "shop.example/tier" "web"
    /// ```
    /// A file is used by its path:
    /// ```bvl bad in=syntax
    /// use lib::web   //~ BVL0115 "neither a module nor a file"
    /// ```
    /// The fields of a cron expression are one text:
    /// ```bvl bad in=syntax
    /// job nightly { schedule */5 3 * * 1-5 }   //~ BVL0115 "all of its fields in one string"
    /// ```
    /// ```bvl fixed in=syntax
    /// job nightly { schedule "*/5 3 * * 1-5" }
    /// ```
    BVL0115, "text-without-quotes", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A string stands in `'`, or in the quotation marks of a word processor.
    ///
    /// ## Why it matters
    /// There is one way to write a string, so that no reader wonders whether another one would read it differently.
    ///
    /// ## How to mend it
    /// Write `"`.
    ///
    /// ```bvl bad in=syntax
    /// service web { image 'web:1.0' }   //~ BVL0116 "not in `'`"
    /// ```
    /// ```bvl fixed in=syntax
    /// service web { image "web:1.0" }
    /// ```
    /// What a word processor has put around a string is that string, names and all; of what stands in `'` it is asked whether names
    /// stand for their values there, as nothing does in a shell:
    /// ```bvl bad in=service
    /// env HOME_PAGE “http://${namespace}.example/it’s\n”   //~ BVL0116 "not in `“`"
    /// ```
    /// ```bvl fixed in=service
    /// env HOME_PAGE "http://${namespace}.example/it’s\n"
    /// ```
    /// ```bvl bad in=service
    /// env HOME_PAGE 'http://${namespace}.example'   //~ BVL0116 "not in `'`"
    /// ```
    BVL0116, "foreign-quotes", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A comment begins with `#`.
    ///
    /// ## Why it matters
    /// Comments are `// ..`, `/* .. */`, and `/// ..` for what documents the next declaration.
    ///
    /// ## How to mend it
    /// Write `//`.
    ///
    /// ```bvl bad in=syntax
    /// service web { port http 8080 }   # the web tier   //~ BVL0117 "begins with `//`"
    /// ```
    /// ```bvl good in=syntax
    /// service web { port http 8080 }   // the web tier
    /// ```
    BVL0117, "foreign-comment", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// An arrow is written `=>`, `-->` or as one character.
    ///
    /// ## Why it matters
    /// A flow reads `allow web -> api.http`; `never web ~> kms` speaks of every path.
    ///
    /// ## How to mend it
    /// Write `->`.
    ///
    /// ```bvl bad in=syntax
    /// allow web => api.http   //~ BVL0118 "written `->`"
    /// ```
    /// ```bvl fixed in=syntax
    /// allow web -> api.http
    /// ```
    BVL0118, "foreign-arrow", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A `:` or `=` stands between the word of a statement and its value, as in YAML or HCL.
    ///
    /// ## Why it matters
    /// A statement is its word and then its values. `=` gives a value to a `let`, a `param` or an argument, `:` a type to a
    /// `param`.
    ///
    /// ## How to mend it
    /// Remove it.
    ///
    /// ```bvl bad in=syntax
    /// service web { port http: 8080 }   //~ BVL0119 "between `http` and its value"
    /// ```
    /// ```bvl fixed in=syntax
    /// service web { port http 8080 }
    /// ```
    BVL0119, "sign-behind-word", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A comma, an arrow or a `=` has no value behind it, a comma none before it, or two values of a list in `[ ]` have no
    /// comma between them.
    ///
    /// ## Why it matters
    /// A statement goes on behind a comma, an arrow or a `=`, on the next line too, so one too many takes in the next
    /// statement.
    ///
    /// ## How to mend it
    /// Remove it, or add the value. A list that goes on in the next line has its comma at the end of the line before.
    ///
    /// ```bvl bad in=syntax
    /// allow web -> api.http, { timeout 10s }   //~ BVL0120 "nothing follows"
    /// ```
    /// ```bvl fixed in=syntax
    /// allow web -> api.http { timeout 10s }
    /// ```
    /// No comma ends a block:
    /// ```bvl bad in=service
    /// config app { LEVEL "info" }, user 10001   //~ BVL0120 "no comma stands behind a block"
    /// ```
    /// ```bvl fixed in=service
    /// config app { LEVEL "info" } user 10001
    /// ```
    /// Commas part what stands in parentheses and brackets, too:
    /// ```bvl bad in=syntax
    /// class sized(cpu: cpu; memory: memory) { cpu $cpu; memory $memory }   //~ BVL0120 "parts what stands in parentheses"
    /// ```
    /// ```bvl fixed in=syntax
    /// class sized(cpu: cpu, memory: memory) { cpu $cpu; memory $memory }
    /// ```
    BVL0120, "lonely-joint", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A statement begins with a value, an arrow or a list; or with a word such as `because`, which goes on with the statement
    /// before it.
    ///
    /// ## Why it matters
    /// The word says what a statement is; without it nothing can be read from its values.
    ///
    /// ## How to mend it
    /// Write the word first. An entry of a block of keys may have its key in quotes.
    ///
    /// ```bvl bad in=syntax
    /// service web { 8080 http }   //~ BVL0121 "begins with a word"
    /// ```
    /// ```bvl good in=syntax
    /// service web { port http 8080 }
    /// ```
    /// ```bvl bad in=syntax
    /// allow web -> api.http { timeout 10s }
    ///   because "orders"   //~ BVL0121 "`because` begins no statement"
    /// ```
    /// ```bvl good in=syntax
    /// allow web -> api.http because "orders" { timeout 10s }
    /// ```
    BVL0121, "statement-without-word", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A range lacks one of its ends, has more than two, or is written with other dots.
    ///
    /// ## Why it matters
    /// `cpu 500m..2` states request and limit, `scale 3..20` the fewest and the most replicas: both ends count.
    ///
    /// ## How to mend it
    /// Write `LOW..HIGH`. Both ends belong to the range.
    ///
    /// ```bvl bad in=syntax
    /// service web { scale 3.. }   //~ BVL0122 "one value on each side"
    /// ```
    /// ```bvl good in=syntax
    /// service web { scale 3..20 }
    /// ```
    BVL0122, "open-range", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// The file holds no statement of .bvl: it is YAML or JSON throughout, such as the values of a chart, a Compose file
    /// or a manifest of Kubernetes.
    ///
    /// ## Why it matters
    /// Nothing of it can be read, so nothing that it describes would be in the output.
    ///
    /// ## How to mend it
    /// Write what it describes in .bvl; `bvlc init` writes a platform to begin with. A statement is a word and its values,
    /// and what belongs to it stands in its braces. Manifests are judged as they are by `bvlc verify`.
    ///
    /// ```bvl bad in=syntax
    /// version: "3.8"   //~ BVL0123 "this file is YAML"
    /// services:
    ///   web:
    ///     image: nginx:1.27
    /// ```
    /// ```bvl good in=syntax
    /// service web { image "nginx:1.27" }
    /// ```
    BVL0123, "another-language", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// Git could not join two changes of the same lines and left both in the file, between lines that begin with `<<<<<<<`,
    /// `=======` and `>>>>>>>`. Or one such line was left behind.
    ///
    /// ## Why it matters
    /// Only a person can say which of the two is to run. One side is read, so that the rest of the file is judged; nothing is
    /// built before the lines are chosen.
    ///
    /// ## How to mend it
    /// Keep the lines that are meant, of one side or made of both, and take the lines of the marks out.
    ///
    /// ```bvl bad in=syntax
    /// service web {
    /// <<<<<<< HEAD   //~ BVL0124 "HEAD and faster changed the same lines"
    ///   scale 3
    /// =======
    ///   scale 5
    /// >>>>>>> faster
    /// }
    /// ```
    /// ```bvl bad in=syntax
    /// service web {
    ///   scale 5
    /// >>>>>>> faster   //~ BVL0124 "`>>>>>>>` is left of a merge"
    /// }
    /// ```
    /// ```bvl good in=syntax
    /// service web { scale 5 }
    /// ```
    ///
    /// ## Source
    /// [`git merge`](https://git-scm.com/docs/git-merge#_how_conflicts_are_presented), "How conflicts are presented".
    BVL0124, "merge-conflict", Error, since "0.1.0"
}
