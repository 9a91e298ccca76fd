//! The client at the other end of stdin and stdout.
//!
//! Invariants: what is no message is refused, as JSON-RPC has it (2.0, section 5.1), and the session goes on behind it; it
//! ends where the input does, or where nobody can tell any more where the next message begins.

use std::io::{self, BufRead, Read, Write};
use std::thread::JoinHandle;

use crossbeam_channel::{Sender, bounded};
use lsp_server::{Connection, ErrorCode, Message, RequestId, Response};
use serde_json::{Map, Value, json};

/// A connection to the client, and the threads that read and write it: the first ends behind `exit`, the second once
/// nobody has anything to say.
pub(super) fn connect() -> (Connection, [JoinHandle<io::Result<()>>; 2]) {
    let (sender, queue) = bounded::<Message>(0);
    let (messages, receiver) = bounded::<Message>(0);
    let writer =
        std::thread::spawn(move || queue.iter().try_for_each(|message| message.write(&mut io::stdout().lock())));
    let reader = std::thread::spawn(move || {
        read(&mut io::stdin().lock(), &messages, &mut |code, why| refuse(&mut io::stdout().lock(), code, why))
    });
    (Connection { sender, receiver }, [reader, writer])
}

/// Hands on every message that comes, and refuses at once what is none.
fn read(
    from: &mut dyn BufRead,
    messages: &Sender<Message>,
    refuse: &mut dyn FnMut(ErrorCode, &str) -> io::Result<()>,
) -> io::Result<()> {
    while let Some(frame) = frame(from)? {
        match message(&frame) {
            Ok(message) => {
                let is_end = matches!(&message, Message::Notification(note) if note.method == "exit");
                if messages.send(message).is_err() || is_end {
                    return Ok(());
                }
            }
            Err((code, why)) => refuse(code, &why)?,
        }
    }
    Ok(())
}

/// What one message is written in; `None` behind the last one.
fn frame(from: &mut dyn BufRead) -> io::Result<Option<Vec<u8>>> {
    let wrong = |why: String| io::Error::new(io::ErrorKind::InvalidData, why);
    let mut length = None;
    let mut line = String::new();
    loop {
        line.clear();
        if from.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let field = line.trim_end();
        if field.is_empty() {
            break;
        }
        let (name, value) = field.split_once(':').ok_or_else(|| wrong(format!("`{field}` is no header field")))?;
        if name.eq_ignore_ascii_case("Content-Length") {
            let number = value.trim().parse::<u64>();
            length = Some(number.map_err(|_| wrong(format!("`{value}` is no length of a message")))?);
        }
    }
    let length = length.ok_or_else(|| wrong("a message without its length, `Content-Length`".to_owned()))?;
    let mut frame = Vec::new();
    // a length is only what somebody says: no room is made ahead of what comes
    let came = from.take(length).read_to_end(&mut frame)?;
    if u64::try_from(came).is_ok_and(|came| came < length) {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(frame))
}

/// The message of a frame, or why it is none.
fn message(frame: &[u8]) -> Result<Message, (ErrorCode, String)> {
    let value: Value =
        serde_json::from_slice(frame).map_err(|error| (ErrorCode::ParseError, format!("this is no JSON: {error}")))?;
    // some clients leave out a result that is null
    let is_bare =
        |fields: &Map<String, Value>| !["method", "result", "error"].iter().any(|key| fields.contains_key(*key));
    let refused = || (ErrorCode::InvalidRequest, "this is no message of the protocol".to_owned());
    let id = value.get("id").map(|id| serde_json::from_value::<RequestId>(id.clone()));
    match id {
        Some(Err(_)) => Err(refused()),
        Some(Ok(id)) if value.as_object().is_some_and(is_bare) => Ok(Response::new_ok(id, Value::Null).into()),
        Some(Ok(_)) | None => serde_json::from_value(value).map_err(|_| refused()),
    }
}

/// Answers what is no message: whose answer it is nobody can tell, so its `id` is null.
fn refuse(to: &mut dyn Write, code: ErrorCode, why: &str) -> io::Result<()> {
    let answer = json!({"jsonrpc": "2.0", "id": null, "error": {"code": code as i32, "message": why}}).to_string();
    write!(to, "Content-Length: {}\r\n\r\n{answer}", answer.len())?;
    to.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is taken of a client that writes these frames, the codes with which the rest is refused, and how it ends.
    fn session(bytes: &[u8]) -> (Vec<String>, Vec<i32>, io::Result<()>) {
        let (sender, receiver) = crossbeam_channel::unbounded();
        let mut codes = Vec::new();
        let end = read(&mut &*bytes, &sender, &mut |code, _| {
            codes.push(code as i32);
            Ok(())
        });
        drop(sender);
        (receiver.iter().map(|message| serde_json::to_string(&message).unwrap()).collect(), codes, end)
    }

    fn framed(texts: &[&[u8]]) -> Vec<u8> {
        let frame = |text: &&[u8]| [format!("Content-Length: {}\r\n\r\n", text.len()).as_bytes(), text].concat();
        texts.iter().flat_map(frame).collect()
    }

    const GOOD: &[u8] = br#"{"jsonrpc":"2.0","id":1,"method":"shutdown"}"#;
    const TAKEN: &str = r#"{"id":1,"method":"shutdown"}"#;

    #[test]
    fn what_is_no_message_is_refused_and_the_next_one_taken() {
        let parse = ErrorCode::ParseError as i32;
        let invalid = ErrorCode::InvalidRequest as i32;
        let cases: [(&[u8], i32); 8] = [
            (b"{not json", parse),
            (b"", parse),
            (b"\xff\xfe", parse),
            (b"[]", invalid),
            (b"7", invalid),
            (br#"{"jsonrpc":"2.0","method":5}"#, invalid),
            (br#"{"jsonrpc":"2.0","id":[],"method":"shutdown"}"#, invalid),
            (br#"{"jsonrpc":"2.0","id":null}"#, invalid),
        ];
        for (text, code) in cases {
            let (taken, codes, end) = session(&framed(&[text, GOOD]));
            assert_eq!((taken, codes), (vec![TAKEN.to_owned()], vec![code]), "{}", text.escape_ascii());
            end.unwrap();
        }
    }

    #[test]
    fn an_answer_without_a_result_is_null() {
        let (taken, codes, _) = session(&framed(&[br#"{"jsonrpc":"2.0","id":777}"#]));
        assert_eq!((taken, codes), (vec![r#"{"id":777,"result":null}"#.to_owned()], Vec::new()));
    }

    #[test]
    fn headers_are_read_as_they_come() {
        let body = std::str::from_utf8(GOOD).unwrap();
        for header in ["content-length:44", "X: y\r\nContent-Length: 44\r\nContent-Type: z", "Content-Length: 44\n"] {
            let text = format!("{}\r\n\r\n{body}", header.trim_end());
            assert_eq!(session(text.as_bytes()).0, [TAKEN], "{header}");
        }
    }

    #[test]
    fn where_the_next_message_begins_nobody_knows_the_session_ends() {
        for (text, kind) in [
            ("Content-Length: many\r\n\r\n{}", io::ErrorKind::InvalidData),
            ("Content-Length: -1\r\n\r\n{}", io::ErrorKind::InvalidData),
            ("no header\r\n\r\n{}", io::ErrorKind::InvalidData),
            ("X: y\r\n\r\n{}", io::ErrorKind::InvalidData),
            ("Content-Length: 18446744073709551615\r\n\r\n{}", io::ErrorKind::UnexpectedEof),
        ] {
            assert_eq!(session(text.as_bytes()).2.unwrap_err().kind(), kind, "{text}");
        }
        session(b"").2.unwrap();
    }
}
