//! Writes a platform of any size: `cargo bench --bench generate -- SERVICES FILES SEED FOLDER`.

#![expect(clippy::disallowed_methods, reason = "a tool of the benches, at the edge")]
#![expect(clippy::print_stdout, reason = "a tool of the benches, at the edge")]

mod platform;

use std::path::Path;

fn main() {
    // `cargo bench` adds `--bench` to what it passes on
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let number = |at: usize, default: usize| args.get(at).and_then(|arg| arg.parse().ok()).unwrap_or(default);
    let (services, n_files, seed) = (number(0, 100), number(1, 10).max(1), number(2, 1));
    let Some(folder) = args.get(3) else {
        println!("usage: cargo bench --bench generate -- SERVICES FILES SEED FOLDER");
        return;
    };
    let folder = Path::new(folder);
    let (files, flows) = platform::platform(services, n_files, seed);
    for file in files {
        if let Err(error) =
            std::fs::create_dir_all(folder).and_then(|()| std::fs::write(folder.join(&file.name), file.text))
        {
            println!("{}: {error}", file.name);
        }
    }
    println!("{services} services, {flows} flows stated, {n_files} files in {}", folder.display());
}
