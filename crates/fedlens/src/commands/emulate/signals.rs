//! Being asked to stop, and how commands end: by signals where the system has them.

use std::io;
use std::process::ExitStatus;

use tokio::process::Child;

/// Resolves when the process is interrupted or asked to end.
#[cfg(unix)]
pub(super) async fn stop_requested() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Resolves when the process is interrupted.
#[cfg(not(unix))]
pub(super) async fn stop_requested() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}

/// Waits for a command. What a terminal interrupts gets the signal itself; what is asked to end is told to.
#[cfg(unix)]
pub(super) async fn wait(mut child: Child) -> io::Result<ExitStatus> {
    use rustix::process::{Pid, Signal, kill_process};
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    loop {
        tokio::select! {
            status = child.wait() => return status,
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {
                if let Some(process) = child.id().and_then(|id| Pid::from_raw(id.cast_signed())) {
                    kill_process(process, Signal::TERM).ok();
                }
            }
        }
    }
}

/// Waits for a command, which a terminal interrupts by itself.
#[cfg(not(unix))]
pub(super) async fn wait(mut child: Child) -> io::Result<ExitStatus> {
    loop {
        tokio::select! {
            status = child.wait() => return status,
            interrupted = tokio::signal::ctrl_c() => interrupted?,
        }
    }
}

/// The exit code as a shell tells it: 128 and the signal's number where a signal ended the command.
pub(super) fn code(status: ExitStatus) -> u8 {
    let number = status.code().or_else(|| signal_of(status).map(|signal| 128 + signal)).unwrap_or(1);
    u8::try_from(number).unwrap_or(1)
}

#[cfg(unix)]
fn signal_of(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal_of(_status: ExitStatus) -> Option<i32> {
    None
}
