//! To a cluster.

use std::path::PathBuf;

use kube::config::{KubeConfigOptions, Kubeconfig};

use crate::error::ClusterError;
use crate::retry::retried;

/// Which cluster, and as whom.
#[derive(Clone, Debug, Default)]
pub struct ConnectOptions {
    /// A kubeconfig; else `KUBECONFIG`, `~/.kube/config`, or the service account of the pod that this runs in.
    pub kubeconfig: Option<PathBuf>,
    /// A context of it; else its current one.
    pub context: Option<String>,
}

/// A cluster that answers.
pub struct Cluster {
    pub(crate) client: kube::Client,
    pub(crate) runtime: tokio::runtime::Runtime,
    context: String,
    version: String,
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cluster")
            .field("context", &self.context)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl Cluster {
    /// Connects, and asks for the version.
    ///
    /// # Errors
    /// Where there is no usable kubeconfig, or the cluster does not answer.
    pub fn connect(options: &ConnectOptions) -> Result<Cluster, ClusterError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| ClusterError::Client(error.to_string()))?;
        let (config, context) = runtime.block_on(config(options))?;
        let (client, version) = runtime.block_on(async {
            let url = config.cluster_url.to_string();
            let client = kube::Client::try_from(config)
                .map_err(|error| ClusterError::Client(error.to_string()))?;
            let version = retried(|| client.apiserver_version())
                .await
                .map_err(|error| ClusterError::request(url, &error))?;
            Ok((client, version.git_version))
        })?;
        Ok(Cluster {
            client,
            runtime,
            context,
            version,
        })
    }

    /// The context's name; `in-cluster` for a pod's service account.
    #[must_use]
    pub fn context(&self) -> &str {
        &self.context
    }

    /// Kubernetes' version, as `v1.37.2`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The namespace that the context names, or `default`.
    #[must_use]
    pub fn default_namespace(&self) -> &str {
        self.client.default_namespace()
    }
}

async fn config(options: &ConnectOptions) -> Result<(kube::Config, String), ClusterError> {
    let wrong = |error: String| ClusterError::Config(error);
    let choice = KubeConfigOptions {
        context: options.context.clone(),
        ..KubeConfigOptions::default()
    };
    let file = match &options.kubeconfig {
        Some(path) => Some(Kubeconfig::read_from(path).map_err(|error| wrong(chain(&error)))?),
        None => match Kubeconfig::read() {
            Ok(file) => Some(file),
            // Only in a pod is there a cluster without a file.
            Err(error) => match kube::Config::incluster() {
                Ok(config) if options.context.is_none() => {
                    return Ok((config, "in-cluster".to_owned()));
                }
                _ => return Err(wrong(chain(&error))),
            },
        },
    };
    let file = file.unwrap_or_default();
    let context = options
        .context
        .clone()
        .or_else(|| file.current_context.clone())
        .unwrap_or_default();
    let config = kube::Config::from_custom_kubeconfig(file, &choice)
        .await
        .map_err(|error| wrong(chain(&error)))?;
    Ok((config, context))
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
