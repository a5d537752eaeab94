//! Requests that are worth another try.

use std::time::Duration;

use crate::error::status;

/// How often a request is tried.
const TRIES: u32 = 5;
/// The first pause; each further one is twice as long.
const FIRST: Duration = Duration::from_millis(200);
/// No pause is longer, whatever the server asks for.
const LONGEST: Duration = Duration::from_secs(20);

/// Tries until it works, or an error comes that another try does not mend.
pub(crate) async fn retried<T, F>(mut request: impl FnMut() -> F) -> Result<T, kube::Error>
where
    F: Future<Output = Result<T, kube::Error>>,
{
    let mut pause = FIRST;
    for _ in 1..TRIES {
        match request().await {
            Err(error) if passing(&error) => {
                tokio::time::sleep(wanted(&error).unwrap_or(pause).min(LONGEST)).await;
                pause = pause.saturating_mul(2);
            }
            result => return result,
        }
    }
    request().await
}

/// Whether an error may be gone the next time: the server is busy, starting, or was not reached.
fn passing(error: &kube::Error) -> bool {
    match error {
        kube::Error::Api(_) => matches!(status(error), 429 | 500 | 502 | 503 | 504),
        kube::Error::HyperError(_) | kube::Error::Service(_) => true,
        _ => false,
    }
}

/// The pause that the server asks for.
fn wanted(error: &kube::Error) -> Option<Duration> {
    let kube::Error::Api(status) = error else {
        return None;
    };
    let seconds = status.details.as_ref()?.retry_after_seconds;
    (seconds > 0).then(|| Duration::from_secs(u64::from(seconds)))
}
