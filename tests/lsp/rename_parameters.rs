//! Renaming where a parameter of a class names a workload, or bears the name of one.

use serde_json::json;

use crate::carets::{Case, applied, new_lines};
use crate::rename::{BASE, ask};

#[test]
fn what_a_parameter_of_a_class_names() {
    let base = BASE.replacen(
        "managed bus",
        "class store { port sql 5432 }\nclass reader(books: store) { env BOOKS \"${books.sql.host}\" }\nservice ledger is sized(most = 300m), store {\n  image \"a/b:1\"\n  scale 2\n}\nservice report is sized(most = 300m), reader(books = ledger) {\n  image \"a/b:1\"\n  scale 2\n}\nallow report -> ledger.sql { timeout 1s }\n\nmanaged bus",
        1,
    );
    for (old, marked, new, lines) in [
        (
            "reader(books = ledger)",
            "reader(books = led$0ger)",
            "journal",
            &[
                "service journal is sized(most = 300m), store {",
                "service report is sized(most = 300m), reader(books = journal) {",
                "allow report -> journal.sql { timeout 1s }",
            ][..],
        ),
        (
            "${books.sql.host}",
            "${bo$0oks.sql.host}",
            "from",
            &[
                "class reader(from: store) { env BOOKS \"${from.sql.host}\" }",
                "service report is sized(most = 300m), reader(from = ledger) {",
            ],
        ),
        (
            "(books: store)",
            "(books: st$0ore)",
            "archive",
            &[
                "class archive { port sql 5432 }",
                "class reader(books: archive) { env BOOKS \"${books.sql.host}\" }",
                "service ledger is sized(most = 300m), archive {",
            ],
        ),
        (
            "${books.sql.host}",
            "${books.s$0ql.host}",
            "query",
            &[
                "class store { port query 5432 }",
                "class reader(books: store) { env BOOKS \"${books.query.host}\" }",
                "allow report -> ledger.query { timeout 1s }",
            ],
        ),
    ] {
        let case = Case::with(&base, old, marked);
        let edit = ask(&case, new, &json!({})).unwrap();
        assert_eq!(new_lines(&case.platform, &applied(&case.platform, &edit)), lines, "{marked}");
    }
}

#[test]
fn a_value_that_bears_the_name_of_a_declaration() {
    let base = BASE.replacen(
        "managed bus",
        "class reader(ledger: string) { env BOOKS \"${ledger.http.host}\"; env KIND $ledger }\nservice ledger is sized(most = 300m) { image \"a/b:1\"; port http 8080; scale 2 }\nservice report is sized(most = 300m), reader(ledger = \"sql\") { image \"a/b:1\"; scale 2 }\nallow report -> ledger.http { timeout 1s }\n\nmanaged bus",
        1,
    );
    let case = Case::with(&base, "${ledger.http.host}", "${led$0ger.http.host}");
    let edit = ask(&case, "journal", &json!({})).unwrap();
    let lines = [
        "class reader(ledger: string) { env BOOKS \"${journal.http.host}\"; env KIND $ledger }",
        "service journal is sized(most = 300m) { image \"a/b:1\"; port http 8080; scale 2 }",
        "allow report -> journal.http { timeout 1s }",
    ];
    assert_eq!(new_lines(&case.platform, &applied(&case.platform, &edit)), lines);
}
