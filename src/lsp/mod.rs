//! The language server: the protocol over what `ide` answers.
//!
//! Invariants: it says what `bvlc check` says, since both call the same analysis; every message enters one queue first and
//! one thread owns the world (`server`); requests are answered on snapshots that never change; only the protocol writes
//! to the connection.

mod answers;
mod asked;
mod capabilities;
mod commands;
mod confirm;
mod diagnostics;
mod documents;
mod edits;
mod features;
mod judging;
mod lanes;
mod link;
mod pages;
mod parent;
mod plain;
mod progress;
mod refresh;
mod replay;
mod sent;
mod server;
mod settings;
mod shown;
mod stdio;
mod table;
mod tap;
mod wire;
mod workspace_diagnostics;
mod world;

use std::sync::Arc;

use crossbeam_channel::unbounded;
use ls_types::InitializeParams;
use lsp_server::{Connection, ErrorCode, Message, Response};

pub use replay::{Difference, Replayed, replay};
pub use server::End;
pub use table::{page, table};
pub use tap::Listeners;
pub use world::{Root, Shelf, Watch, Workspace};

use capabilities::Client;
use server::Server;

/// What the server can do, for a client that says nothing of itself but that it asks for findings, as the protocol writes it.
pub fn server_capabilities() -> serde_json::Value {
    capabilities::written(Client::asking())
}

/// Serves the client at the other end of stdin and stdout.
///
/// # Errors
/// Where nobody can tell where the next message begins, or the client cannot be read or written.
pub fn serve_stdio(workspace: Arc<dyn Workspace>, listeners: Listeners) -> std::io::Result<End> {
    let (connection, threads) = stdio::connect();
    let end = serve(connection, workspace, listeners);
    if end == End::Asked {
        // these end when both sides have closed
        for thread in threads {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        }
    }
    Ok(end)
}

/// Serves one client until it ends the server or is gone.
pub fn serve(connection: Connection, workspace: Arc<dyn Workspace>, listeners: Listeners) -> End {
    let (connection, listening) = tap::listen(connection, listeners);
    let Some((params, client)) = initialize(&connection) else { return End::Gone };
    // what is to be sent never waits for a client that reads slowly
    let (out, queue) = unbounded::<Message>();
    let sender = connection.sender.clone();
    let forward = std::thread::spawn(move || {
        for message in queue {
            if sender.send(message).is_err() {
                return;
            }
        }
    });
    let end = Server::new(&params, client, workspace, out).run(&connection.receiver);
    if end == End::Asked {
        // what was answered before the end arrives
        drop(forward.join());
        drop(connection);
        for thread in listening {
            drop(thread.join());
        }
    }
    end
}

/// Answers `initialize`, and refuses whatever comes before it; `None` where the client is gone.
fn initialize(connection: &Connection) -> Option<(InitializeParams, Client)> {
    loop {
        let request = match connection.receiver.recv().ok()? {
            Message::Request(request) => request,
            Message::Notification(notification) if notification.method == "exit" => return None,
            Message::Notification(_) | Message::Response(_) => continue,
        };
        let refuse = |code: ErrorCode, message: String| {
            connection.sender.send(Response::new_err(request.id.clone(), code as i32, message).into()).ok()
        };
        if request.method != "initialize" {
            refuse(ErrorCode::ServerNotInitialized, "the first request is `initialize`".to_owned())?;
            continue;
        }
        match serde_json::from_value::<InitializeParams>(request.params.clone()) {
            Ok(params) => {
                let client = Client::of(&params, &request.params);
                let result = serde_json::json!({
                    "capabilities": capabilities::written(client),
                    "serverInfo": {"name": "bvlc", "version": env!("CARGO_PKG_VERSION")},
                });
                connection.sender.send(Response::new_ok(request.id, result).into()).ok()?;
                return Some((params, client));
            }
            Err(error) => {
                refuse(ErrorCode::InvalidParams, error.to_string())?;
            }
        }
    }
}
