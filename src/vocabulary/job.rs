//! Words of the `job` block: a workload that runs to completion, once or by the clock.

use super::{Block, Entries, Type, Word, arg, companion, monitoring, security, service};

/// The controller looks at every `CronJob` once in 10s (kubernetes/website `docs/concepts/workloads/controllers/cron-jobs.md`,
/// 1.33, "Starting deadline").
const NEVER_STARTED: &str = "every run would be too late before anybody looks";

const SCHEDULE: Word = Word {
    name: "schedule",
    args: &[arg("CRON", Type::Cron)],
    block: Some(&Block {
        name: "schedule",
        entries: Entries::Words,
        words: &[
            Word {
                name: "timezone",
                args: &[arg("NAME", Type::TimeZone)],
                doc: "The time zone that the times are in, by its IANA name. Default \"UTC\".",
                example: "timezone \"Europe/Berlin\"",
                ..Word::NEW
            },
            Word {
                name: "concurrency",
                args: &[arg("POLICY", Type::Choice(&["forbid", "replace", "allow"]))],
                doc: "What becomes of a run that is due while the one before still goes on: `forbid` leaves it out, `replace` ends the one before, `allow` lets both go on. Default `forbid`.",
                example: "concurrency replace",
                ..Word::NEW
            },
            Word {
                name: "starting-deadline",
                args: &[arg("DURATION", Type::Seconds).about(1800).something(NEVER_STARTED)],
                doc: "How much later than its time a run may begin; after that it is left out. A run is late when the cluster was down, or the one before went on for too long. With a short one, a restart of the control plane at that time skips the run; some minutes let it begin afterwards. No limit where it is left out.",
                example: "starting-deadline 30m",
                ..Word::NEW
            },
            Word {
                name: "succeeded-history",
                args: &[arg("COUNT", Type::Integer)],
                doc: "How many runs that succeeded are kept, with what they printed. Default 3.",
                example: "succeeded-history 3",
                ..Word::NEW
            },
            Word {
                name: "failed-history",
                args: &[arg("COUNT", Type::Integer)],
                doc: "How many runs that failed are kept, with what they printed. Default 1.",
                example: "failed-history 5",
                ..Word::NEW
            },
            Word {
                name: "suspend",
                doc: "No run begins until the word is taken out; one that goes on is not ended.",
                example: "suspend",
                ..Word::NEW
            },
        ],
    }),
    doc: "When it runs, as a cron expression: minute, hour, day, month and weekday. Without it the job runs once, and again whenever what it runs has changed.",
    example: "schedule \"0 3 * * *\" { timezone \"Europe/Berlin\" }",
    ..Word::NEW
};

/// The `job` block.
pub static JOB: Block = Block {
    name: "job",
    entries: Entries::Words,
    words: &[
        service::IN,
        service::IMAGE,
        service::COMMAND,
        service::ARGS,
        SCHEDULE,
        Word {
            name: "deadline",
            args: &[arg("DURATION", Type::Seconds).about(1800).something("it would be ended before it begins")],
            doc: "How long one run may take, all its tries together. Then it is ended, and counts as failed. No limit where it is left out.",
            example: "deadline 30m",
            ..Word::NEW
        },
        Word {
            name: "retries",
            args: &[arg("COUNT", Type::Integer)],
            doc: "How often it is tried again, in a new pod each time, before the run counts as failed. Kubernetes waits 10s before the first retry and twice as long before each next one, 10m at most. Default 6.",
            example: "retries 2",
            ..Word::NEW
        },
        Word {
            name: "ttl",
            args: &[arg("DURATION", Type::Seconds).about(86_400)],
            doc: "How long a run is kept after its end, with what it printed. Where it is left out, a scheduled job keeps as many as its history says, and one that runs once is kept.",
            example: "ttl 24h",
            ..Word::NEW
        },
        service::CPU,
        service::MEMORY,
        service::EPHEMERAL,
        service::ENV,
        service::CONFIG,
        service::SECRET,
        service::SCRATCH,
        service::USER,
        security::SECURITY,
        companion::INIT,
        monitoring::ALERTS,
        service::SHUTDOWN,
        service::AFTER_OTHERS,
        service::LABEL,
        service::ANNOTATION,
    ],
};
