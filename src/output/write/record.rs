//! The record beside an environment's files: which of them bvlc wrote, and with what content.
//!
//! Invariants: a recorded path lies in the record's folder; a file is only replaced or removed if the record names it.
//! The record's name has no extension, because `kubectl apply -f DIR` (cli-runtime, `pkg/resource/builder.go`) and Argo
//! CD (v3.1, `reposerver/repository/repository.go`) take every `.json` and `.yaml` for a manifest, dotted or not.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::disk::{Disk, DiskError, Kind, is_output_path};

/// The name of the record in an environment's folder.
pub const RECORD: &str = ".bvlc-record";

/// The version of the record's and the journal's form.
pub(super) const SCHEMA: u32 = 1;

/// What tells one content from another: SHA-256, because a file is removed on its word. Written `sha256:` and 64
/// hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(in crate::output) struct Digest([u8; 32]);

/// What a written digest begins with.
const ALGORITHM: &str = "sha256:";

impl Digest {
    /// The digest of a file's bytes.
    pub(in crate::output) fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        let mut text = Self::with_capacity(ALGORITHM.len() + 64);
        text.push_str(ALGORITHM);
        for byte in digest.0 {
            for half in [byte >> 4, byte & 0xf] {
                text.push(char::from_digit(u32::from(half), 16).unwrap_or('0'));
            }
        }
        text
    }
}

impl TryFrom<String> for Digest {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let digits = text.strip_prefix(ALGORITHM).filter(|digits| digits.len() == 64);
        let halves: Option<Vec<u8>> =
            digits.and_then(|digits| digits.chars().map(|digit| u8::try_from(digit.to_digit(16)?).ok()).collect());
        let Some(halves) = halves else { return Err(format!("`{text}` is not a digest")) };
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(halves.chunks(2)) {
            *byte = pair.iter().fold(0, |byte, half| byte << 4 | half);
        }
        Ok(Self(bytes))
    }
}

/// Where an environment's folder comes from, which says who may remove it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A fixed environment: a build of all environments removes it when the platform has it no more.
    Fixed,
    /// An instance of an environment with parameters, like `preview(pr=42)`, and the name of that environment. It is built
    /// only when asked for, so a build that does not ask says nothing about it: it stays until its folder is deleted, or
    /// the platform no longer declares such an environment.
    Instance(Option<String>),
    /// None of them: what whoever delivers the others is told with. A build of environments says nothing about it.
    Delivery,
}

/// The form of an origin in a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Form {
    Fixed,
    Instance,
    Delivery,
}

/// One book of bvlc that cannot be relied on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Its path in the output folder.
    pub path: String,
    /// What is wrong with it.
    pub why: String,
    /// How to mend it.
    pub help: &'static str,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot rely on {}: {}\n{}", self.path, self.why, self.help)
    }
}

/// What bvlc wrote into one environment's folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    pub(super) schema: u32,
    pub(super) about: String,
    /// The name of the platform; nothing in a record that was written before records named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    platform: Option<String>,
    environment: Form,
    /// The environment with parameters that it is an instance of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    of: Option<String>,
    pub(super) files: BTreeMap<String, Digest>,
}

impl Record {
    /// A record of no files yet.
    pub(super) fn new(platform: &str, origin: Origin) -> Self {
        let (environment, of) = match origin {
            Origin::Fixed => (Form::Fixed, None),
            Origin::Instance(of) => (Form::Instance, of),
            Origin::Delivery => (Form::Delivery, None),
        };
        let about = "The files here that bvlc wrote and may replace or remove. Keep it beside them.".to_owned();
        Self { schema: SCHEMA, about, platform: Some(platform.to_owned()), environment, of, files: BTreeMap::new() }
    }

    /// Where its folder comes from.
    pub(super) fn origin(&self) -> Origin {
        match self.environment {
            Form::Fixed => Origin::Fixed,
            Form::Instance => Origin::Instance(self.of.clone()),
            Form::Delivery => Origin::Delivery,
        }
    }

    /// The platform whose files these are, where that is not `platform`.
    pub(super) fn other_than(&self, platform: &str) -> Option<&str> {
        self.platform.as_deref().filter(|own| *own != platform)
    }

    /// The record as text, a line a file, so that it merges like the files.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        // a struct of strings and numbers always has a JSON form
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    fn parse(bytes: &[u8]) -> Result<Self, String> {
        let record: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if record.schema != SCHEMA {
            return Err(format!("it has form {}, and this bvlc knows form {SCHEMA}", record.schema));
        }
        match record.files.keys().find(|path| !is_output_path(path)) {
            Some(path) => Err(format!("`{path}` is not a file below its folder")),
            None => Ok(record),
        }
    }
}

/// A record as it stands on the disk.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    /// What it says.
    pub(super) record: Record,
    /// Its own bytes' digest.
    pub(super) digest: Digest,
}

/// Reads the record of a folder, if it has one.
pub(super) fn load(disk: &dyn Disk, folder: &str) -> Result<Option<Stored>, LoadError> {
    let path = path_of(folder);
    let stored = match disk.look(&path)? {
        None => return Ok(None),
        Some(Kind::File) => {
            let bytes = disk.read(&path)?;
            Record::parse(&bytes).map(|record| Stored { record, digest: Digest::of(&bytes) })
        }
        Some(Kind::Folder | Kind::Other) => Err("it is not a file".to_owned()),
    };
    match stored {
        Ok(stored) => Ok(Some(stored)),
        Err(why) => Err(LoadError::Unreadable(Unreadable {
            path,
            why,
            help: "restore it, or delete it: then bvlc takes over files that are already as it would write them, and \
                   asks you to move any other that stands in its way",
        })),
    }
}

/// The path of a folder's record.
pub(super) fn path_of(folder: &str) -> String {
    format!("{folder}/{RECORD}")
}

/// Why a book could not be had.
#[derive(Debug)]
pub(super) enum LoadError {
    Disk(DiskError),
    Unreadable(Unreadable),
}

impl From<DiskError> for LoadError {
    fn from(error: DiskError) -> Self {
        Self::Disk(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_is_sha256() {
        // FIPS 180-2, appendix B.1
        let abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(String::from(Digest::of(b"abc")), abc);
        assert_eq!(Digest::try_from(abc.to_owned()), Ok(Digest::of(b"abc")));
    }

    #[test]
    fn reads_what_it_writes() {
        for origin in
            [Origin::Fixed, Origin::Delivery, Origin::Instance(None), Origin::Instance(Some("preview".to_owned()))]
        {
            let mut record = Record::new("shop", origin.clone());
            record.files.insert("web.yaml".to_owned(), Digest::of(b"x"));
            assert_eq!(record.origin(), origin);
            assert_eq!((record.other_than("shop"), record.other_than("bank")), (None, Some("shop")));
            assert_eq!(Record::parse(&record.to_bytes()), Ok(record));
        }
    }

    #[test]
    fn a_record_of_no_platform_is_nobody_elses() {
        let record = Record::parse(br#"{"schema":1,"about":"","environment":"fixed","files":{}}"#);
        assert_eq!(record.unwrap().other_than("shop"), None);
    }

    #[test]
    fn refuses() {
        let digest = String::from(Digest::of(b""));
        let with = |schema: u32, path: &str| {
            format!(r#"{{"schema":{schema},"about":"","environment":"fixed","files":{{"{path}":"{digest}"}}}}"#)
        };
        for (text, expected) in [
            (with(1, "web.yaml"), None),
            (with(2, "web.yaml"), Some("form 2")),
            (with(1, "../web.yaml"), Some("`../web.yaml`")),
            (with(1, "/etc/passwd"), Some("`/etc/passwd`")),
            (with(1, "web.yaml").replace(&digest, "sha256:0"), Some("`sha256:0` is not a digest")),
            (with(1, "web.yaml").replace("sha256", "sha512"), Some("is not a digest")),
            (with(1, "web.yaml").replace("sha256:e", "sha256:x"), Some("is not a digest")),
            ("<<<<<<< HEAD".to_owned(), Some("expected value")),
            (String::new(), Some("EOF")),
        ] {
            let why = Record::parse(text.as_bytes()).err();
            match expected {
                Some(part) => assert!(why.as_ref().is_some_and(|why| why.contains(part)), "{text}: {why:?}"),
                None => assert_eq!(why, None, "{text}"),
            }
        }
    }
}
