//! A compiler of a toy language, which the suite is tested with: so small that what it does is beyond doubt.
//!
//! `bad CODE title` is a diagnostic of its line and `hint CODE title` a hint, `see FILE LINE` adds a label to the one
//! before, `object NAME` builds `NAME.yaml`; the fix makes `bad` to `good`; formatting trims the end of each line.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::compiler::{Choice, Compiler, Explained, Files, Found, Weight};

/// The toy compiler with the pages that it shall have.
#[derive(Debug, Default)]
pub(crate) struct Toy {
    /// What `codes` answers.
    pub(crate) pages: Vec<Explained>,
}

impl Compiler for Toy {
    fn checks(&self) -> Vec<String> {
        Vec::new()
    }

    fn without(&self, _: &str) -> Option<Arc<dyn Compiler>> {
        None
    }

    fn diagnose(&self, files: &Files) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        for (path, text) in files {
            for (index, line) in text.lines().enumerate() {
                let line = line.split("//~").next().and_then(|line| line.split("#~").next()).unwrap_or_default().trim();
                let mut words = line.splitn(3, ' ');
                let (word, first, second) = (words.next(), words.next(), words.next());
                match (word, first) {
                    (Some("bad" | "hint"), Some(code)) => found.push(Found {
                        path: path.clone(),
                        line: index + 1,
                        code: code.to_owned(),
                        title: second.unwrap_or_default().to_owned(),
                        labels: Vec::new(),
                        weight: if word == Some("hint") { Weight::Hint } else { Weight::Counted },
                    }),
                    (Some("see"), Some(file)) => {
                        let line = second.and_then(|line| line.parse().ok()).unwrap_or_default();
                        if let Some(last) = found.last_mut() {
                            last.labels.push((file.to_owned(), line));
                        }
                    }
                    _ => {}
                }
            }
        }
        found
    }

    fn verify(&self, files: &Files) -> Vec<Found> {
        self.diagnose(files)
    }

    fn helps(&self, files: &Files) -> Vec<(String, String)> {
        self.diagnose(files).into_iter().map(|found| (found.code, String::new())).collect()
    }

    fn render(&self, files: &Files) -> String {
        self.diagnose(files)
            .into_iter()
            .flat_map(|found| [found.code, ": ".to_owned(), found.title, "\n".to_owned()])
            .collect()
    }

    fn show(&self, files: &Files, code: &str) -> String {
        let own = self.diagnose(files).into_iter().filter(|found| found.code == code);
        own.map(|found| found.title).collect()
    }

    fn show_manifests(&self, files: &Files, code: &str) -> String {
        self.show(files, code)
    }

    fn reference(&self, shown: &BTreeMap<String, Vec<String>>) -> Files {
        shown.iter().map(|(code, shown)| (format!("docs/errors/{code}.md"), shown.join("\n"))).collect()
    }

    fn build(&self, files: &Files, arguments: &[String]) -> Result<Files, String> {
        let text = files.values().flat_map(|text| text.lines());
        let names = text.filter_map(|line| line.strip_prefix("object "));
        Ok(names.map(|name| (format!("{name}.yaml"), format!("name: {name}\nwith: {arguments:?}\n"))).collect())
    }

    fn builds_accepted(&self, _: &Files) -> Result<bool, String> {
        Ok(false)
    }

    fn format(&self, text: &str) -> Option<String> {
        let readable = !text.contains("unreadable");
        readable.then(|| text.lines().flat_map(|line| [line.trim_end(), "\n"]).collect())
    }

    fn fix(&self, files: &Files, choice: Choice) -> Option<Files> {
        let times = match choice {
            Choice::Safe => usize::MAX,
            Choice::Nth(1) => 1,
            Choice::Nth(_) => return None,
        };
        Some(files.iter().map(|(path, text)| (path.clone(), text.replacen("bad ", "good ", times))).collect())
    }

    fn mend_all(&self, _: &Files) -> Vec<String> {
        Vec::new()
    }

    fn mend_each(&self, files: &Files) -> Vec<(String, String)> {
        let lines = files.values().flat_map(|text| text.lines());
        let lines = lines.filter_map(|line| line.strip_prefix("leads "));
        lines.map(|code| (code.to_owned(), "leads on".to_owned())).collect()
    }

    fn words(&self) -> serde_json::Map<String, serde_json::Value> {
        serde_json::Map::new()
    }

    fn codes(&self) -> Vec<Explained> {
        self.pages.clone()
    }
}
