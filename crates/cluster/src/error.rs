//! What goes wrong between here and a cluster.

/// Why a cluster cannot be read at all. What cannot be read of it is no error but a [`crate::Refusal`].
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// There is no usable kubeconfig.
    #[error("no cluster to connect to: {0}")]
    Config(String),
    /// The client cannot be made.
    #[error("cannot start the client: {0}")]
    Client(String),
    /// The cluster does not answer, or not this user.
    #[error("{what}: {message}")]
    Request {
        /// What was asked.
        what: String,
        /// What came back.
        message: String,
        /// The HTTP status, or 0 where there was none.
        status: u16,
    },
    /// A kind was asked for that the cluster does not have.
    #[error("the cluster has no kind `{name}`")]
    NoKind {
        /// What was asked for.
        name: String,
        /// A kind that it does have and that reads alike.
        similar: Option<String>,
    },
    /// An answer cannot be understood.
    #[error("{what}: the answer cannot be read: {message}")]
    Answer {
        /// What was asked.
        what: String,
        /// What is wrong.
        message: String,
    },
    /// Whoever gets the objects wants no more.
    #[error("{0}")]
    Stopped(String),
}

impl ClusterError {
    /// A stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            ClusterError::Config(_) => "cluster-config",
            ClusterError::Client(_) => "cluster-client",
            ClusterError::Request {
                status: 401 | 403, ..
            } => "cluster-forbidden",
            ClusterError::Request { .. } => "cluster-request",
            ClusterError::NoKind { .. } => "cluster-no-kind",
            ClusterError::Answer { .. } => "cluster-answer",
            ClusterError::Stopped(_) => "cluster-stopped",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            ClusterError::Config(_) => {
                Some("set KUBECONFIG, or name a file with `--kubeconfig`".to_owned())
            }
            ClusterError::Request { status: 401, .. } => {
                Some("the cluster does not know this user: is the token still valid?".to_owned())
            }
            ClusterError::NoKind {
                similar: Some(similar),
                ..
            } => Some(format!("did you mean `{similar}`?")),
            _ => None,
        }
    }

    pub(crate) fn request(what: impl Into<String>, error: &kube::Error) -> ClusterError {
        ClusterError::Request {
            what: what.into(),
            message: message(error),
            status: status(error),
        }
    }
}

/// The HTTP status of an answer, or 0 where there was none.
pub(crate) fn status(error: &kube::Error) -> u16 {
    match error {
        kube::Error::Api(status) => status.code,
        _ => 0,
    }
}

/// An error in words, with what lies behind it: a client's own texts end where it gets interesting.
pub(crate) fn message(error: &kube::Error) -> String {
    if let kube::Error::Api(status) = error {
        return status.message.clone();
    }
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
