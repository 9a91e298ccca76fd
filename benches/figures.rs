//! Figures of a process, as Linux tells them.

/// The file of a process that the system writes; empty where there is none.
fn told(process: u32, file: &str) -> String {
    std::fs::read_to_string(format!("/proc/{process}/{file}")).unwrap_or_default()
}

/// Kibibytes of a process that are in memory; 0 where nobody says.
pub(crate) fn resident(process: u32) -> u64 {
    let text = told(process, "status");
    let line = text.lines().find(|line| line.starts_with("VmRSS"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}

/// Ticks of the processor that a process has taken, of which a second has a hundred; 0 where nobody says.
pub(crate) fn ticks(process: u32) -> u64 {
    let text = told(process, "stat");
    let fields: Vec<&str> = text.rsplit(") ").next().unwrap_or_default().split_whitespace().collect();
    let field = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    field(11) + field(12)
}
