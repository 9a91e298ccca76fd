//! Strings that YAML readers like to take for something else, in every place where a manifest has a string: value,
//! key, list element, value within a list.
//!
//! What is written is compared with `yaml_table/expected.yaml`, byte for byte. That these bytes mean what they should
//! is for other readers to say: both forms are left in `target/tmp`, and `tests/python/yaml_table.py` compares them.
#![expect(clippy::disallowed_methods, reason = "the tables are left for readers in other languages")]

use bvlc::analyze::{Inputs, analyze};
use bvlc::compile::compile;
use bvlc::object::api::apps::v1::DeploymentSpec;
use bvlc::object::api::core::v1::{Container, EnvVar, PodSpec, PodTemplateSpec};
use bvlc::object::{ConfigMap, Deployment, Labels, Object, meta, selector};
use bvlc::output::{Format, Stream};
use bvlc::source::files::MemoryFiles;

/// Single lines; each is tried as a key too.
const LINES: &[&str] = &[
    // Booleans and null, YAML 1.1 and 1.2.
    "yes",
    "no",
    "on",
    "off",
    "y",
    "n",
    "true",
    "false",
    "null",
    "Yes",
    "NO",
    "On",
    "oFF",
    "Y",
    "N",
    "TRUE",
    "False",
    "NULL",
    "Null",
    "~",
    "",
    // Numbers.
    "0",
    "-0",
    "+1",
    "007",
    "08",
    "1_000",
    "_1",
    "1_",
    "0x1f",
    "0X1F",
    "0o17",
    "0b101",
    "0b_1",
    "1e3",
    "1E+3",
    "1e",
    ".5",
    "5.",
    "-.5",
    "1.5.2",
    ".",
    "..",
    ".inf",
    "-.INF",
    ".nan",
    "nan",
    "inf",
    "685_230.15",
    "1,000",
    "99999999999999999999999999",
    // Times.
    "12:30",
    "190:20:30",
    "1:99",
    "12:30:45.5",
    "2001-01-01",
    "2001-1-1",
    "2001-12-14t21:59:43.10-05:00",
    "2001-12-14 21:59:43.10 -5",
    // Indicators.
    "=",
    "<<",
    "-",
    "?",
    ":",
    "#",
    "!",
    "&",
    "*",
    "|",
    ">",
    "%",
    "@",
    "`",
    "'",
    "\"",
    "\\",
    ",",
    "[",
    "]",
    "{",
    "}",
    "--",
    "- a",
    "-a",
    "? a",
    "?a",
    ": a",
    ":a",
    "a:",
    "a: b",
    "a:b",
    "a :b",
    "a #b",
    "a# b",
    "#a",
    "!a",
    "!!str a",
    "&a",
    "*a",
    "|a",
    ">a",
    "%a",
    "@a",
    "`a",
    "'a'",
    "\"a\"",
    "'a",
    "\"a",
    "a'b",
    "a\"b",
    "\\n",
    "[a]",
    "{a}",
    "{a: b}",
    "[a, b]",
    "a]",
    "a, b",
    "---",
    "--- a",
    "---a",
    "...",
    "... a",
    // Space at the edges.
    " ",
    "  lead",
    "trail ",
    "\tlead",
    "trail\t",
    "a\tb",
    "a  b",
    "\u{a0}a\u{a0}",
    // Control characters, breaks that are not line feeds, and what is not printable.
    "nul\0",
    "bell\u{7}",
    "back\u{8}",
    "vt\u{b}",
    "ff\u{c}",
    "esc\u{1b}[31m",
    "del\u{7f}",
    "cr\r",
    "\r",
    "nel\u{85}",
    "c1\u{9b}",
    "ls\u{2028}",
    "ps\u{2029}",
    "bom\u{feff}",
    "\u{feff}",
    "bidi\u{202e}",
    "fffe\u{fffe}",
    "ffff\u{ffff}",
    "private\u{e000}",
    "zero\u{200b}width",
    // Beyond ASCII.
    "é",
    "日本語",
    "🦀",
    "👩‍👩‍👧",
    "\u{10ffff}",
    "e\u{301}",
    // Templates of other tools.
    "{{ x }}",
    "{{- if .Values.x }}",
    "${x}",
    "$(x)",
    "$x",
    "%{x}",
    "<%= x %>",
    "a {{ x }}",
    "@x@",
    // What real manifests say.
    "https://example.org:8443/a?b=c&d=e#f",
    "nats://nats.prod.svc:4222",
    "10.0.0.0/8",
    "::1",
    "fe80::/10",
    "1.2.3",
    "v1",
    "500m",
    "256Mi",
    "70%",
    "0.50",
    "1e3Mi",
    "5 * * * *",
    "*/5 * * * *",
    "sha256:00e1",
    "00e1",
    "123e4567",
    "0755",
    "-c",
    "--flag=value",
    "key=value",
    "{\"a\": [1, true, null]}",
    "sum(rate(http_requests_total{job=\"web\"}[2m])) > 5",
    "C:\\path\\name",
    "!reference [a, b]",
    "$patch",
    "apiVersion",
    "kind: Secret",
];

/// Several lines.
const TEXTS: &[&str] = &[
    "a\nb",
    "a\nb\n",
    "a\nb\n\n",
    "a\n\nb\n\n\n",
    "\n",
    "\n\n",
    "\na",
    "\n\n  a\nb\n",
    "  a\nb",
    "    a\n  b\n",
    " \na",
    "   \na\n",
    " \n ",
    "a\n ",
    "a\n   \nb",
    "a \nb\t\n",
    "a\n\tb\n",
    "\ta\nb",
    "\n\ta\nb",
    "\t\na",
    " \ta\nb",
    "a\r\nb\r\n",
    "a\nb\0",
    "a\nb\u{85}c",
    "a\u{2028}\nb",
    "\u{feff}a\nb",
    "---\na\n...\n",
    "--- |\n  a\n",
    "# a\nb: c # d\n- e\n",
    "key: |\n  text\n",
    "- a\n- b",
    "{{ x }}\n{{ y }}\n",
    "%YAML 1.2\n---\n",
    "a: b\n  c\n d\n",
    "[server]\nlisten = \"0.0.0.0:80\"\n\n[tls]\ncert = '/etc/tls'\n",
    "🦀\n日本語\n",
    "ends with a bar |\n\tthen a tab\n",
];

/// Lines longer than what any writer folds at, and longer than the 1024 characters that a plain key may have.
fn long() -> Vec<String> {
    vec![
        "word ".repeat(60).trim_end().to_owned(),
        "word ".repeat(60),
        format!("  {}", "word ".repeat(60)),
        "x".repeat(300),
        format!("# {}", "word: ".repeat(60)),
        format!("{}\n{}", "word ".repeat(60), "x".repeat(300)),
        "0".repeat(300),
        "é ".repeat(520),
    ]
}

fn table() -> Vec<String> {
    LINES.iter().chain(TEXTS).map(|&text| text.to_owned()).chain(long()).collect()
}

/// Each string as a value, as a key, as an annotation's key and value, as an element of a list, and as a value in a map
/// in a list.
fn objects(namespace: &str, strings: &[String]) -> Vec<Object> {
    let named = |name: &str, annotations| meta(name, Some(namespace), Labels::new(), annotations);
    let numbered = || strings.iter().enumerate().map(|(idx, string)| (format!("v{idx:03}"), string.clone()));
    let with_itself: Labels = strings.iter().map(|string| (string.clone(), string.clone())).collect();
    let values = ConfigMap {
        metadata: named("values", Labels::new()),
        data: Some(numbered().collect()),
        ..ConfigMap::default()
    };
    let keys = ConfigMap {
        metadata: named("keys", with_itself.clone()),
        data: Some(strings.iter().map(|string| (string.clone(), "x".to_owned())).collect()),
        ..ConfigMap::default()
    };
    let env = numbered().map(|(name, value)| EnvVar { name, value: Some(value), value_from: None });
    let container = Container {
        name: "a".to_owned(),
        args: Some(strings.to_vec()),
        env: Some(env.collect()),
        ..Container::default()
    };
    let lists = Deployment {
        metadata: named("lists", Labels::new()),
        spec: Some(DeploymentSpec {
            selector: selector(with_itself),
            template: PodTemplateSpec {
                metadata: None,
                spec: Some(PodSpec { containers: vec![container], ..PodSpec::default() }),
            },
            ..DeploymentSpec::default()
        }),
        ..Deployment::default()
    };
    [values.into(), keys.into(), lists.into()].into()
}

#[test]
fn dangerous_strings_are_written_as_strings() {
    // The writer chooses how texts are written for a document as a whole, and tabs decide: what has no tab, what may be
    // quoted because of one, and each text with a tab alone.
    let all = table();
    let (tabs, blocks): (Vec<_>, Vec<_>) = all.into_iter().partition(|string| string.contains('\t'));
    let texts: Vec<String> = TEXTS.iter().map(|&text| text.to_owned()).collect();
    let mut objects = [objects("blocks", &blocks), objects("quotes", &texts), objects("tabs", &tabs)].concat();
    for (idx, string) in tabs.iter().enumerate() {
        objects.extend(self::objects(&format!("tab-{idx}"), std::slice::from_ref(string)));
    }
    let text = "platform p { kubernetes \"1.33\" }\nenvironment prod { namespace \"p\" }\n";
    let analysis = analyze(&MemoryFiles::new([("platform.bvl", text)]), "platform.bvl", &Inputs::default());
    let compilation = compile(&analysis.checked().unwrap());
    compilation.environments().flatten().for_each(drop);
    let proven = compilation.prove().unwrap();
    let written = |format| {
        let mut stream = Stream::new(format);
        stream.add(&objects).unwrap();
        stream.pieces(&proven).collect::<String>()
    };
    let (yaml, json) = (written(Format::Yaml), written(Format::Json));
    let folder = env!("CARGO_TARGET_TMPDIR");
    std::fs::write(format!("{folder}/yaml_table.yaml"), &yaml).unwrap();
    std::fs::write(format!("{folder}/yaml_table.json"), &json).unwrap();

    let expected = include_str!("yaml_table/expected.yaml");
    for (idx, (written, expected)) in yaml.lines().zip(expected.lines()).enumerate() {
        assert_eq!(written, expected, "line {} of {folder}/yaml_table.yaml", idx + 1);
    }
    assert_eq!(yaml.len(), expected.len(), "one ends before the other");
}
