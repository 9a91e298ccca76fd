//! The forms in which diagnostics are shown, one file each.
