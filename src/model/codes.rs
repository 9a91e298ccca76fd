//! Codes of names, types, units and layers (`BVL02xx`)
//! raised while a model is made.

use crate::code;
use crate::diagnostic::Code;

code! {
    /// ## What it means
    /// A word stands where the language has no such word. What may stand where is listed in the language reference.
    ///
    /// ## Why it matters
    /// A word that is not understood would be a guarantee that silently is not kept.
    ///
    /// ## How to mend it
    /// Write the word that was meant.
    ///
    /// ```bvl bad in=service
    /// replica 3 //~ BVL0201 "no word `replica`"
    /// ```
    /// ```bvl good in=service
    /// user 10001
    /// ```
    /// ```bvl bad in=service
    /// rolout { surge 1 } //~ BVL0201
    /// ```
    /// ```bvl fixed in=service
    /// rollout { surge 1 }
    /// ```
    /// A word that stands in another block is led there:
    /// ```bvl bad in=service
    /// min-available 1 //~ BVL0201 "no word `min-available`"
    /// ```
    /// ```bvl fixed in=service fix=1
    /// disruption min-available 1
    /// ```
    /// What stands before braces is no word of them:
    /// ```bvl bad in=service
    /// health { port 8082; live "/livez"; ready "/readyz" every 5s } //~ BVL0201 "the port of `health` stands before its braces"
    /// ```
    /// ```bvl fixed in=service
    /// health 8082 { live "/livez"; ready "/readyz" every 5s }
    /// ```
    /// A flow begins with what it is for:
    /// ```bvl bad in=flow
    /// caller -> vault.api //~ BVL0201 "no word stands before the flow from `caller`"
    /// ```
    /// ```bvl fixed in=flow fix=1
    /// allow caller -> vault.api
    /// ```
    /// ```bvl bad in=service
    /// timeout 5s //~ BVL0201 "no word `timeout`"
    /// ```
    BVL0201, "unknown-word", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// What follows a word is not what that word takes: something is missing, or there is too much. An empty text is
    /// missing where a thing is named, and so is a 0 where there must be some.
    ///
    /// ## Why it matters
    /// A value that belongs to nothing would be lost without a trace, and nothing goes by an empty name.
    ///
    /// ## How to mend it
    /// The message shows a whole statement of that word.
    ///
    /// ```bvl bad in=service
    /// user 10001 10002 //~ BVL0202
    /// ```
    /// ```bvl good in=service
    /// user 10001
    /// ```
    /// ```bvl bad in=service
    /// env TOKEN secrets "app-token" "token" //~ BVL0202 "the word `secrets` does not belong after `env`"
    /// ```
    /// ```bvl fixed in=service
    /// env TOKEN secret "app-token" "token"
    /// ```
    /// ```bvl bad in=service
    /// env TOKEN from secret "app-token" "token" //~ BVL0202 "`from` does not belong after `env`"
    /// env USER secretKeyRef "app-token" "user" //~ BVL0202 "`secretKeyRef` does not belong after `env`"
    /// env KEY valueFrom { secretKeyRef { name "app-token"; key "key" } } //~ BVL0202
    /// env STAGE value "prod" //~ BVL0202 "`value` does not belong after `env`"
    /// env NAME secret "app-token" key name //~ BVL0202 "`key` does not belong after `secret`"
    /// ```
    /// ```bvl fixed in=service
    /// env TOKEN secret "app-token" "token"
    /// env USER secret "app-token" "user"
    /// env KEY secret "app-token" "key"
    /// env STAGE "prod"
    /// env NAME secret "app-token" "name"
    /// ```
    /// ```bvl bad in=service
    /// env TOKEN from "app" "token" //~ BVL0202 "`from` does not belong after `env`"
    /// ```
    /// A map of YAML or JSON is a statement for each of its entries:
    /// ```bvl bad in=service
    /// env { STAGE "prod"; "MODE" debug } //~ BVL0202 "`env` takes no braces"
    /// config { settings { LEVEL "info" } } //~ BVL0202 "the names of `config` stand before its braces"
    /// ```
    /// ```bvl fixed in=service
    /// env STAGE "prod"; env "MODE" "debug"
    /// config settings { LEVEL "info" }
    /// ```
    /// and no comma parts them:
    /// ```bvl bad in=service
    /// config settings { LEVEL "info", COLOR "red" } //~ BVL0202 "a comma takes `COLOR` into the statement of `LEVEL`"
    /// env STAGE "prod", MODE "fast" //~ BVL0202 "a comma takes `MODE` into the statement of `env`"
    /// ```
    /// ```bvl fixed in=service
    /// config settings { LEVEL "info"; COLOR "red" }
    /// env STAGE "prod"; env MODE "fast"
    /// ```
    /// The ends of a flow have an arrow between them:
    /// ```bvl bad in=flow
    /// allow caller: vault.api //~ BVL0202 "a flow is a source, an arrow and a destination"
    /// ```
    /// ```bvl fixed in=flow
    /// allow caller -> vault.api
    /// ```
    /// ```bvl bad in=service
    /// service "app-old" http headles //~ BVL0202 "the word `headles` does not belong after `service`"
    /// ```
    /// ```bvl fixed in=service
    /// service "app-old" http headless
    /// ```
    /// ```bvl bad in=service
    /// metrics 9090 "" //~ BVL0202 "the path of `metrics` is empty"
    /// ```
    /// ```bvl good in=service
    /// label "example.org/stage" ""
    /// ```
    /// ```bvl bad in=service
    /// scratch "/tmp" 0Mi //~ BVL0202 "the size of `scratch` is 0"
    /// ```
    /// ```bvl good in=service
    /// scratch "/tmp" 1Mi
    /// ```
    BVL0202, "wrong-arguments", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A value is not of the type that its place expects. Units are part of the value: a bare number where a unit
    /// belongs could mean anything.
    ///
    /// ## Why it matters
    /// `30` is 30 seconds to one reader and 30 milliseconds to another; Kubernetes would take either.
    ///
    /// ## How to mend it
    /// Write the value with its unit; the message offers what fits.
    ///
    /// ```bvl bad in=service
    /// rollout { min-ready 30 } //~ BVL0203
    /// ```
    /// ```bvl good in=service
    /// rollout { min-ready 30s }
    /// ```
    /// ```bvl bad in=keda
    /// scale 1..5 {
    ///   on cron { timezone "UTC"; start "0 8 * * 7"; end "0 18 * * *"; replicas 5 } //~ BVL0203 "`7` is no weekday"
    /// }
    /// ```
    /// ```bvl fixed in=keda
    /// scale 1..5 {
    ///   on cron { timezone "UTC"; start "0 8 * * 0"; end "0 18 * * *"; replicas 5 }
    /// }
    /// ```
    /// ```bvl bad in=keda
    /// scale 1..5 {
    ///   on cron { timezone "Europe/Belrin"; start "0 8 * * *"; end "0 18 * * *"; replicas 5 } //~ BVL0203
    /// }
    /// ```
    /// ```bvl fixed in=keda
    /// scale 1..5 {
    ///   on cron { timezone "Europe/Berlin"; start "0 8 * * *"; end "0 18 * * *"; replicas 5 }
    /// }
    /// ```
    /// A range is written with two dots between its ends:
    /// ```bvl bad in=service
    /// memory 128Mi to 256Mi //~ BVL0203 "a range is written with `..`"
    /// ```
    /// ```bvl fixed in=service
    /// memory 128Mi..256Mi
    /// ```
    /// Without quotes, too, and so does a word:
    /// ```bvl bad in=service
    /// memory "128Mi..256Mi" //~ BVL0203
    /// disruption "min-available" 1 //~ BVL0203
    /// ```
    /// ```bvl fixed in=service
    /// memory 128Mi..256Mi
    /// disruption min-available 1
    /// ```
    BVL0203, "wrong-type", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A name stands for nothing: no such workload, external, group, environment, class, module, param or let is
    /// declared, or it does not exist in the environment where it is used, or has no value there; or a `config` has no
    /// such key.
    ///
    /// ## Why it matters
    /// Names are how one statement refers to another. A name that refers to nothing says nothing.
    ///
    /// ## How to mend it
    /// Write the name that was meant, declare it, or take in the module that has it with `use`.
    ///
    /// ```bvl bad in=service
    /// image "registry.example/web:${verison}" //~ BVL0204
    /// ```
    /// ```bvl good in=service
    /// label "example.org/stage" "${environment}"
    /// ```
    /// What belongs to the whole platform has no namespace:
    /// ```bvl bad in=platform
    /// label "example.org/place" "${namespace}" //~ BVL0204 "`namespace` has no value here"
    /// ```
    /// A class of the standard library is there where its module is used:
    /// ```bvl bad
    /// platform shop {
    ///   kubernetes "1.33"
    ///   api-server 10.40.0.0/28 6443
    /// }
    ///
    /// environment system { shared; namespace "shop-system" }
    /// environment prod { namespace "shop-prod" }
    ///
    /// managed redis is redis.replication { replicas 3 } //~ BVL0204 "there is no class `redis.replication`"
    /// managed redis-operator is redis.operator { in system }
    /// ```
    /// ```bvl fixed
    /// use std.redis
    ///
    /// platform shop {
    ///   kubernetes "1.33"
    ///   api-server 10.40.0.0/28 6443
    /// }
    ///
    /// environment system { shared; namespace "shop-system" }
    /// environment prod { namespace "shop-prod" }
    ///
    /// managed redis is redis.replication { replicas 3 }
    /// managed redis-operator is redis.operator { in system }
    /// ```
    /// A misspelled one brings its module along, too:
    /// ```bvl bad
    /// platform shop {
    ///   kubernetes "1.33"
    ///   api-server 10.40.0.0/28 6443
    /// }
    ///
    /// environment system { shared; namespace "shop-system" }
    ///
    /// managed redis-operator is reddis.operator { in system } //~ BVL0204 "there is no class `reddis.operator`"
    /// ```
    /// ```bvl fixed fix=1
    /// use std.redis
    ///
    /// platform shop {
    ///   kubernetes "1.33"
    ///   api-server 10.40.0.0/28 6443
    /// }
    ///
    /// environment system { shared; namespace "shop-system" }
    ///
    /// managed redis-operator is redis.operator { in system }
    /// ```
    BVL0204, "unknown-name", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// Two declarations have one name. Workloads, externals and groups share one space of names; environments have
    /// their own, classes too, and params, lets and parameters.
    ///
    /// ## Why it matters
    /// Whoever refers to the name could mean either.
    ///
    /// ## How to mend it
    /// Rename one of them. To change a declaration in one environment, use an overlay there.
    ///
    /// ```bvl bad in=file
    /// external web { cidr 10.20.0.10/32; port api 443 }
    /// external web { cidr 10.20.0.11/32; port api 443 } //~ BVL0205
    /// allow app -> web.api
    /// ```
    /// ```bvl good in=file
    /// external web { cidr 10.20.0.10/32; port api 443 }
    /// external spare { cidr 10.20.0.11/32; port api 443 }
    /// allow app -> web.api, spare.api
    /// ```
    BVL0205, "duplicate-name", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// What is written is no address, or an address stands where none can be.
    ///
    /// ## Why it matters
    /// Addresses are put in when the output is made, and count as a use of the flow that they need; that works only
    /// where the compiler knows them to be addresses.
    ///
    /// ## How to mend it
    /// Addresses are `NAME.host`, `NAME.port`, `NAME.PORT.host` and `NAME.PORT.port`, in the values of `env` and
    /// `config`, bare or as `${..}` in a string.
    ///
    /// ```bvl bad in=service
    /// label "example.org/peer" "${caller.http.host}" //~ BVL0206
    /// ```
    /// ```bvl good in=file
    /// external store { cidr 10.30.0.10/32; port s3 443 }
    /// service reader is base { env STORE_HOST store.s3.host }
    /// allow reader -> store.s3
    /// ```
    BVL0206, "no-address", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A word, or a key of a word that is stated once for each key, is stated twice in one body; a list of names holds one
    /// twice; or a class is taken over twice at one place, or with different arguments.
    ///
    /// ## Why it matters
    /// One of the two would be lost, and which one would depend on order, which means nothing in this language.
    ///
    /// ## How to mend it
    /// Keep one. A second trigger of one type is named with `as NAME`. A class that others take over as well has its value
    /// from one place: a class between them hands it on by a parameter of its own.
    ///
    /// ```bvl bad in=service
    /// user 10001
    /// user 10002 //~ BVL0207
    /// ```
    /// ```bvl good in=service
    /// user 10001
    /// ```
    /// One of two ends that are named alike was most likely meant for another:
    /// ```bvl bad in=file
    /// external store { cidr 10.30.0.10/32; port s3 443; port sql 5432 }
    /// service reader is base { }
    /// allow reader -> store.s3, store.s3 //~ BVL0207 "named twice"
    /// ```
    /// ```bvl good in=file
    /// external store { cidr 10.30.0.10/32; port s3 443; port sql 5432 }
    /// service reader is base { }
    /// allow reader -> store.s3, store.sql
    /// ```
    /// An environment that is named once more says nothing:
    /// ```bvl bad in=file
    /// service report is base { }
    /// allow report -> app.http in test, test //~ BVL0207 "`test` is named twice"
    /// ```
    /// ```bvl fixed in=file
    /// service report is base { }
    /// allow report -> app.http in test
    /// ```
    /// A class applies once, so it is given one value for each of its parameters:
    /// ```bvl bad in=file
    /// class level(of: string) { env LEVEL "${of}" }
    /// service reader is base, level(of = "info"), level(of = "debug") { } //~ BVL0207 "different values of `of`"
    /// allow reader -> app.http
    /// ```
    /// ```bvl good in=file
    /// class level(of: string) { env LEVEL "${of}" }
    /// class chatty is level(of = "debug") { }
    /// service reader is base, level(of = "debug"), chatty { }
    /// allow reader -> app.http
    /// ```
    /// Named again as it is, the class was most likely meant for another:
    /// ```bvl bad in=file
    /// class logged { env LEVEL "info" }
    /// class slow { shutdown { grace 60s } }
    /// service reader is logged, base, logged { } //~ BVL0207 "class logged is taken over twice"
    /// allow reader -> app.http
    /// ```
    /// ```bvl fixed fix=1 in=file
    /// class logged { env LEVEL "info" }
    /// class slow { shutdown { grace 60s } }
    /// service reader is base, logged { }
    /// allow reader -> app.http
    /// ```
    /// ```bvl good in=file
    /// class logged { env LEVEL "info" }
    /// class slow { shutdown { grace 60s } }
    /// service reader is logged, base, slow { }
    /// allow reader -> app.http
    /// ```
    BVL0207, "stated-twice", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// Declarations lead back to themselves: files that use each other, classes that take each other over, lets that are made
    /// of each other, or a namespace that is made of itself.
    ///
    /// ## Why it matters
    /// There is no order in which such a thing could be read.
    ///
    /// ## How to mend it
    /// Take one of the edges out; all of them are shown.
    ///
    /// ```bvl bad in=file
    /// class a is b { user 10001 } //~ BVL0208
    /// class b is a { user 10002 }
    /// ```
    /// ```bvl good in=file
    /// class a { user 10001 }
    /// class b is a { user 10002 }
    /// ```
    BVL0208, "circular-declaration", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A file or module that `use` names cannot be read: it is not there, it is a folder, it lies outside the
    /// platform's folder, or it is no text.
    ///
    /// ## Why it matters
    /// What it declares is missing, so nothing can be said about the whole.
    ///
    /// ## How to mend it
    /// Paths are relative to the folder of `platform.bvl`, with `/` between parts; a pattern such as `"teams/*.bvl"`
    /// must match at least one file.
    ///
    /// ```bvl bad in=file
    /// use std.natz //~ BVL0209
    /// ```
    /// ```bvl fixed in=file
    /// use std.nats
    /// ```
    BVL0209, "unreadable-file", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// Something that a declaration needs is stated by no layer: not by itself, not by a class, not by defaults, not
    /// by an environment. Workloads need an environment that they run in; a platform of classes alone is a library, and
    /// needs none.
    ///
    /// ## Why it matters
    /// There is no default that would be right for everyone.
    ///
    /// ## How to mend it
    /// State it where it belongs; the message shows how.
    ///
    /// ```bvl bad in=file
    /// service other { cpu 100m; memory 64Mi } //~ BVL0210
    /// ```
    /// ```bvl bad in=file
    /// class nowhere { in } //~ BVL0210 "`in` lacks its ENVIRONMENT"
    /// service other is base, nowhere { }
    /// service third is base, nowhere { }
    /// allow other -> app.http
    /// allow third -> app.http
    /// ```
    /// ```bvl bad in=service
    /// config settings { CURRENCY } //~ BVL0210 "`CURRENCY` in `config settings` has no value"
    /// ```
    /// ```bvl bad
    /// platform shop { kubernetes "1.33" } //~ BVL0210 "no environment, so web runs nowhere"
    /// service web { image "registry.example/web:1.0"; cpu 100m; memory 64Mi }
    /// ```
    /// ```bvl good
    /// platform shop { kubernetes "1.33" }
    /// class web { cpu 100m; memory 64Mi }
    /// ```
    /// ```bvl good in=file
    /// service other { image "registry.example/other:1.0"; cpu 100m; memory 64Mi; scale 2 }
    /// allow other -> app.http
    /// ```
    BVL0210, "missing-statement", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// An overlay, a `without`, a group or an `in` speaks of something that is not there, so it changes nothing.
    ///
    /// ## Why it matters
    /// Whoever wrote it believes that something is different in an environment, and it is not.
    ///
    /// ## How to mend it
    /// Write the name that was meant, or take the statement out.
    ///
    /// ```bvl bad in=environment
    /// service ap { user 10001 } //~ BVL0211
    /// ```
    /// ```bvl fixed fix=1 in=environment
    /// service app { user 10001 }
    /// ```
    /// A word or a key that is misspelled takes nothing away:
    /// ```bvl bad in=file
    /// class labeled { label "team" "a" }
    /// service report is base, labeled { without lable "team" } //~ BVL0211
    /// allow report -> app.http
    /// ```
    /// ```bvl fixed fix=1 in=file
    /// class labeled { label "team" "a" }
    /// service report is base, labeled { without label "team" }
    /// allow report -> app.http
    /// ```
    /// ```bvl bad in=file
    /// class labeled { label "team" "a" }
    /// service report is base, labeled { without label "taem" } //~ BVL0211
    /// allow report -> app.http
    /// ```
    /// ```bvl fixed fix=1 in=file
    /// class labeled { label "team" "a" }
    /// service report is base, labeled { without label "team" }
    /// allow report -> app.http
    /// ```
    /// ```bvl bad in=file
    /// environment staging { namespace "shop-staging"; without report } //~ BVL0211 "report is not in staging"
    /// service report is base { in test }
    /// allow report -> app.http
    /// ```
    /// Two that are in no environment together have no flow; what others need is where everybody may use it, in an environment that
    /// is `shared`:
    /// ```bvl bad
    /// platform shop {
    ///   kubernetes "1.33"
    ///   defaults { health 8081 { live "/healthz"; ready "/readyz" every 5s }; shutdown { pre-stop 5s; drain 20s } }
    /// }
    /// environment prod { namespace "shop-prod" }
    /// environment tools { namespace "shop-tools" }
    /// service web { in prod; image "registry.example/web:1.0"; cpu 100m..500m; memory 64Mi..64Mi; scale 2 }
    /// managed log { in tools; match "app" "log"; port write 9000; disruption by-operator }
    /// allow web -> log.write //~ BVL0211 "web and log exist in no environment together"
    /// ```
    /// ```bvl fixed fix=1
    /// platform shop {
    ///   kubernetes "1.33"
    ///   defaults { health 8081 { live "/healthz"; ready "/readyz" every 5s }; shutdown { pre-stop 5s; drain 20s } }
    /// }
    /// environment prod { namespace "shop-prod" }
    /// environment tools { shared; namespace "shop-tools" }
    /// service web { in prod; image "registry.example/web:1.0"; cpu 100m..500m; memory 64Mi..64Mi; scale 2 }
    /// managed log { in tools; match "app" "log"; port write 9000; disruption by-operator }
    /// allow web -> log.write
    /// ```
    BVL0211, "matches-nothing", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A param has no value: none was given, and it has no default. `check` and editors take the example; `build`
    /// wants the real one. Or a parameter of a class has none, since the class is taken over without it; one that names a
    /// workload of some class needs none where there is one such workload alone.
    ///
    /// ## Why it matters
    /// An example in the output would be deployed.
    ///
    /// ## How to mend it
    /// Give it: `--set NAME=value`, `--set ENVIRONMENT.NAME=value` for one environment, or a line `NAME = value` in a
    /// file for `--params`. That of a class is given where the class is taken over: `is reader(books = ledger)`.
    ///
    /// ```bvl bad in=file
    /// param version: string //~ BVL0212
    /// ```
    /// ```bvl good in=file
    /// param version: string example "1.0"
    /// ```
    /// ```bvl bad in=file
    /// class store { port sql 5432 }
    /// class reader(books: store) { env BOOKS "${books.sql.host}" }
    /// service report is base, reader { } //~ BVL0212 "`books` of class reader is a workload of class store, and there is none"
    /// allow report -> app.http
    /// ```
    BVL0212, "param-without-value", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A value that was given to a param or parameter is not of its type, or is given to something that does not
    /// exist. A parameter whose type is a class takes the name of a workload that takes that class over, and that is seen there.
    ///
    /// ## Why it matters
    /// It would be read as something else wherever the param is used.
    ///
    /// ## How to mend it
    /// Give a value of the type that the declaration names.
    ///
    /// ```bvl bad in=file
    /// param replicas: int = "three" //~ BVL0213
    /// ```
    /// ```bvl good in=file
    /// param replicas: int = 3
    /// ```
    BVL0213, "wrong-param-value", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A platform has exactly one `platform` declaration, in its root file.
    ///
    /// ## Why it matters
    /// It names the platform and what holds everywhere.
    ///
    /// ## How to mend it
    /// Add one to `platform.bvl`, or take the second one out.
    ///
    /// ```bvl bad
    /// let a = 1 //~ BVL0214
    /// ```
    /// ```bvl good
    /// platform shop { kubernetes "1.33" }
    /// let a = 1
    /// ```
    BVL0214, "one-platform", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A name is not written as the language writes names of that kind, or is a word that the language keeps for
    /// itself.
    ///
    /// ## Why it matters
    /// Names become names of Kubernetes objects, labels and files, and words of clauses.
    ///
    /// ## How to mend it
    /// Lower case letters, digits and `-`, beginning with a letter and not ending in `-`; the message offers one that
    /// fits.
    ///
    /// ```bvl bad in=file
    /// external My_Vault { cidr 10.20.0.10/32; port api 443 } //~ BVL0215
    /// allow app -> My_Vault.api
    /// ```
    /// ```bvl good in=file
    /// external my-vault { cidr 10.20.0.10/32; port api 443 }
    /// allow app -> my-vault.api
    /// ```
    /// A declaration has one name; what several share stands in a class:
    /// ```bvl bad in=file
    /// external vault, safe { cidr 10.20.0.10/32; port api 443 } //~ BVL0215 "declares one at a time"
    /// allow app -> vault.api, safe.api
    /// ```
    /// ```bvl good in=file
    /// class kept { port api 443 }
    /// external vault is kept { cidr 10.20.0.10/32 }
    /// external safe is kept { cidr 10.20.0.11/32 }
    /// allow app -> vault.api, safe.api
    /// ```
    /// What begins with a digit is read as a number, here and wherever else it stands:
    /// ```bvl bad in=file
    /// external 1vault { cidr 10.20.0.10/32; port api 443 } //~ BVL0215 "begins with a digit"
    /// allow app -> 1vault.api
    /// ```
    /// ```bvl fixed fix=1 in=file
    /// external external-1vault { cidr 10.20.0.10/32; port api 443 }
    /// allow app -> external-1vault.api
    /// ```
    BVL0215, "unfit-name", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// An end of a flow is a workload or external that does not exist.
    ///
    /// ## Why it matters in the cluster
    /// No policy would be made for it, and the traffic that was meant stays denied.
    ///
    /// ## How to mend it
    /// Write the name that was meant, or declare it.
    ///
    /// ```bvl bad in=file
    /// allow caler -> app.health //~ BVL0216 "no workload or external named `caler`"
    /// ```
    /// ```bvl fixed fix=1 in=file
    /// allow caller -> app.health
    /// ```
    /// No name is written without asking, however near it is; of several that are as near, each is a fix:
    /// ```bvl bad in=file
    /// external mail-1 { cidr 10.30.1.0/24; port smtp 587 }
    /// external mail-2 { cidr 10.30.2.0/24; port smtp 587 }
    /// allow caller -> mail-1.smtp, mail-2.smtp
    /// allow app -> mail-3.smtp //~ BVL0216 "no workload or external named `mail-3`"
    /// ```
    /// ```bvl fixed fix=2 in=file
    /// external mail-1 { cidr 10.30.1.0/24; port smtp 587 }
    /// external mail-2 { cidr 10.30.2.0/24; port smtp 587 }
    /// allow caller -> mail-1.smtp, mail-2.smtp
    /// allow app -> mail-2.smtp
    /// ```
    /// A name that would make a flow lead from something to itself is no more than a guess:
    /// ```bvl bad in=file
    /// allow ap -> app.http //~ BVL0216 "no workload or external named `ap`"
    /// ```
    BVL0216, "unknown-flow-end", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A flow ends at a workload with several ports, or with none, and names none.
    ///
    /// ## Why it matters in the cluster
    /// A policy that allowed all of them would open more than was meant.
    ///
    /// ## How to mend it
    /// Name the port behind a dot.
    ///
    /// ```bvl bad in=file
    /// external store { cidr 10.30.0.0/24; port s3 443; port admin 9001 }
    /// allow app -> store //~ BVL0217 "store has several ports"
    /// ```
    /// ```bvl good in=file
    /// external store { cidr 10.30.0.0/24; port s3 443; port admin 9001 }
    /// allow app -> store.s3
    /// ```
    BVL0217, "unnamed-port", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A flow names a port that its destination does not have, or an `after` one that what comes before does not have.
    ///
    /// ## Why it matters in the cluster
    /// No policy would be made for it, and the traffic that was meant stays denied.
    ///
    /// ## How to mend it
    /// Write the port that was meant; the message lists those there are.
    ///
    /// ```bvl bad in=file
    /// external store { cidr 10.30.0.0/24; port s3 443 }
    /// allow app -> store.s33 //~ BVL0218 "store has no port `s33`"
    /// ```
    /// ```bvl fixed fix=1 in=file
    /// external store { cidr 10.30.0.0/24; port s3 443 }
    /// allow app -> store.s3
    /// ```
    /// ```bvl bad in=file
    /// service late is base { after app.htp } //~ BVL0218 "app has no port `htp`"
    /// allow late -> app.http
    /// ```
    BVL0218, "unknown-port", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A text is longer than 64 KiB, what each `${..}` in it stands for included; or a list is longer than 1 MiB, or all
    /// lets together longer than 16 MiB; or the values of a `config` have more than 1 MiB together.
    ///
    /// ## Why it matters
    /// Lets that repeat each other double with every line, and a few of them would fill the memory of the machine. An
    /// object of 1.5 MiB is more than etcd takes, and a ConfigMap of more than 1 MiB is refused by the API server.
    ///
    /// ## How to mend it
    /// Put what is this long into a file of the image or a volume, and state its path.
    ///
    /// ```bvl bad in=file
    /// let a = "0123456789abcdef"
    /// let b = "${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}"
    /// let c = "${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}"
    /// let d = "${c}${c}${c}${c}${c}${c}${c}${c}${c}${c}${c}${c}${c}${c}${c}${c}"
    /// let e = "${d}${d}" //~ BVL0219 "longer than 64 KiB"
    /// ```
    /// ```bvl good in=file
    /// let a = "0123456789abcdef"
    /// let b = "${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}"
    /// let c = "${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}"
    /// let d = "${c}${c}${c}${c}${c}${c}${c}${c}${c}${c}${c}${c}${c}${c}${c}${c}"
    /// ```
    /// ```bvl bad in=file
    /// let a = "0123456789abcdef"
    /// let b = "${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}"
    /// let c = "${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}"
    /// let d = "${c}${c}${c}${c}${c}${c}${c}${c}${c}${c}${c}${c}${c}${c}${c}${c}"
    /// service report is base {
    ///   config rates at "/etc/rates" { //~ BVL0219 "1048577 bytes together"
    ///     k1 $d; k2 $d; k3 $d; k4 $d; k5 $d; k6 $d; k7 $d; k8 $d
    ///     k9 $d; k10 $d; k11 $d; k12 $d; k13 $d; k14 $d; k15 $d; k16 $d
    ///     k17 "x"
    ///   }
    /// }
    /// allow report -> app.http
    /// ```
    /// ```bvl good in=file
    /// let a = "0123456789abcdef"
    /// let b = "${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}${a}"
    /// let c = "${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}${b}"
    /// let d = "${c}${c}${c}${c}${c}${c}${c}${c}${c}${c}${c}${c}${c}${c}${c}${c}"
    /// service report is base {
    ///   config rates at "/etc/rates" {
    ///     k1 $d; k2 $d; k3 $d; k4 $d; k5 $d; k6 $d; k7 $d; k8 $d
    ///     k9 $d; k10 $d; k11 $d; k12 $d; k13 $d; k14 $d; k15 $d; k16 $d
    ///   }
    /// }
    /// allow report -> app.http
    /// ```
    BVL0219, "text-too-long", Error, since "0.1.0"
}

code! {
    /// ## What it means
    /// A string holds `$` and a name that stands for a value, without braces. Within a string only `${..}` is replaced; a
    /// `$` before anything else is text.
    ///
    /// ## Why it matters in the cluster
    /// The name itself would be sent: a program that is told to reach `http://$api.http.host` finds no such host, and an
    /// image is pulled by the tag `$version`.
    ///
    /// ## How to mend it
    /// Put the name in braces. Where the text itself is meant, as for a shell that knows a variable of the same name, write
    /// `\$` for the sign.
    ///
    /// ```bvl bad in=file
    /// let team = "shop"
    /// class shops { label "example.com/team" "$team" } //~ BVL0220 "`$team` is text here"
    /// ```
    /// ```bvl fixed in=file
    /// let team = "shop"
    /// class shops { label "example.com/team" "${team}" }
    /// ```
    /// ```bvl good in=file
    /// let team = "shop"
    /// class shops { label "example.com/team" "${team}"; env PRICE "5 $"; env TEXT "\$team" }
    /// ```
    BVL0220, "unbraced-name", Error, since "0.1.0"
}

/// All codes of this room.
pub static CODES: &[&Code] = &[
    &BVL0201, &BVL0202, &BVL0203, &BVL0204, &BVL0205, &BVL0206, &BVL0207, &BVL0208, &BVL0209, &BVL0210, &BVL0211,
    &BVL0212, &BVL0213, &BVL0214, &BVL0215, &BVL0216, &BVL0217, &BVL0218, &BVL0219, &BVL0220,
];
