//! Waiting for changes.

use std::time::Duration;

use futures_util::stream::SelectAll;
use futures_util::{StreamExt, TryStreamExt};
use kube::api::Api;
use kube::core::{DynamicObject, PartialObjectMeta};
use kube::runtime::{WatchStreamExt, watcher};

use crate::connect::Cluster;
use crate::error::ClusterError;
use crate::kinds::ResourceKind;

impl Cluster {
    /// Returns when an object of one of the kinds has come, gone or changed, and nothing has since for `quiet`, or when
    /// `longest` has passed since the first change. Kinds that may not be watched say nothing.
    ///
    /// # Errors
    /// Where none of the kinds can be watched.
    pub fn wait_for_change(
        &self,
        kinds: &[ResourceKind],
        quiet: Duration,
        longest: Duration,
    ) -> Result<(), ClusterError> {
        self.runtime.block_on(async {
            let mut all = SelectAll::new();
            for kind in kinds {
                let api: Api<PartialObjectMeta<DynamicObject>> =
                    Api::all_with(self.client.clone(), &kind.resource());
                let changes = watcher(api, watcher::Config::default())
                    .default_backoff()
                    .map_ok(|event: watcher::Event<PartialObjectMeta<DynamicObject>>| {
                        // The first list is what is there already.
                        matches!(event, watcher::Event::Apply(_) | watcher::Event::Delete(_))
                    });
                all.push(Box::pin(changes));
            }
            let mut refused = 0_usize;
            loop {
                match all.next().await {
                    Some(Ok(true)) => break,
                    Some(Ok(false)) => {}
                    Some(Err(error)) => {
                        refused += 1;
                        if refused > kinds.len().saturating_mul(3) {
                            return Err(ClusterError::Request {
                                what: "cannot watch the cluster".to_owned(),
                                message: error.to_string(),
                                status: 0,
                            });
                        }
                    }
                    None => {
                        return Err(ClusterError::Stopped(
                            "there is nothing to watch".to_owned(),
                        ));
                    }
                }
            }
            let end = tokio::time::Instant::now() + longest;
            loop {
                let pause = tokio::time::Instant::now() + quiet;
                match tokio::time::timeout_at(pause.min(end), all.next()).await {
                    Ok(Some(_)) => {}
                    Ok(None) | Err(_) => return Ok(()),
                }
            }
        })
    }
}
