//! A panic ends the work that it was in, and nothing beside it. It is said in the log with the job's name and
//! counted, and whoever does that job goes on with the next.

use futures_util::FutureExt;
use std::{
    any::Any,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// A job panicked; the log has said so.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the program failed within `{0}`; the log says where")]
pub struct Panicked(pub &'static str);

/// Does a round of a job. What it worked on may be half done: it must not look at it again.
///
/// Errors: it panicked.
pub fn guarded<T>(job: &'static str, work: impl FnOnce() -> T) -> Result<T, Panicked> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| said(job, payload.as_ref()))
}

/// As [`guarded`], of a round that waits.
pub async fn guarded_round<T>(job: &'static str, work: impl Future<Output = T>) -> Result<T, Panicked> {
    let done = AssertUnwindSafe(work).catch_unwind().await;
    done.map_err(|payload| said(job, payload.as_ref()))
}

fn said(job: &'static str, payload: &(dyn Any + Send)) -> Panicked {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    tracing::error!(
        job,
        panic = text.unwrap_or("without words"),
        "a job panicked, and goes on"
    );
    metrics::counter!("bugathlon_panics_total", "job" => job).increment(1);
    Panicked(job)
}
