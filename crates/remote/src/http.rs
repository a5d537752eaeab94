//! Web servers.

use std::sync::Once;
use std::time::Duration;

use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, StatusCode};
use url::Url;

use crate::PullError;
use crate::tree::Limits;

const CONNECT: Duration = Duration::from_secs(30);
/// How long a server may say nothing.
const READ: Duration = Duration::from_secs(60);
const MAX_REDIRECTS: usize = 10;
pub(crate) const USER_AGENT: &str = concat!("kpol/", env!("CARGO_PKG_VERSION"));

/// Runs what waits for the network.
pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> std::io::Result<T> {
    static PROVIDER: Once = Once::new();
    // Where the process has one already, that one is used.
    PROVIDER.call_once(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(runtime.block_on(work))
}

/// Gets a file.
pub(crate) fn get(url: &Url, shown: &str, limits: &Limits) -> Result<Vec<u8>, PullError> {
    let failed = |reason: String| PullError::Http {
        source_text: shown.to_owned(),
        reason,
    };
    block_on(download(url, limits.bytes))
        .map_err(|error| failed(error.to_string()))?
        .map_err(|problem| match problem {
            Problem::TooLarge => PullError::TooLarge(limits.bytes),
            Problem::Status(status) => failed(format!("bad response code: {}", status.as_u16())),
            Problem::Failed(error) => failed(reason(error)),
        })
}

enum Problem {
    TooLarge,
    Status(StatusCode),
    Failed(reqwest::Error),
}

async fn download(url: &Url, limit: u64) -> Result<Vec<u8>, Problem> {
    let client = Client::builder()
        .connect_timeout(CONNECT)
        .read_timeout(READ)
        .redirect(Policy::custom(redirect))
        .user_agent(USER_AGENT)
        .build()
        .map_err(Problem::Failed)?;
    let mut response = client
        .get(url.clone())
        .send()
        .await
        .map_err(Problem::Failed)?;
    if !response.status().is_success() {
        return Err(Problem::Status(response.status()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(Problem::Failed)? {
        if body.len() as u64 + chunk.len() as u64 > limit {
            return Err(Problem::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Follows redirects, but not from `https` to `http`.
fn redirect(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let is_secure = attempt
        .previous()
        .last()
        .is_some_and(|from| from.scheme() == "https");
    if attempt.previous().len() > MAX_REDIRECTS {
        attempt.error("too many redirects")
    } else if is_secure && attempt.url().scheme() != "https" {
        attempt.error("it redirects from https to http")
    } else {
        attempt.follow()
    }
}

/// What went wrong and why, without the URL, which may have secrets.
pub(crate) fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut next = std::error::Error::source(&error);
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        next = cause.source();
    }
    text
}
