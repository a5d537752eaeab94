//! OPA's builtins that the runtime does not have.

use std::sync::Arc;

use kpol_runtime::{
    Heap, Value,
    builtins::{BuiltinError, Outcome},
    json,
};

use crate::{
    HostBuiltins, HostCall, aws, extensions, graphql, http, jwt, lookup, rego, schema, template,
    time, x509,
};

/// What builtins may do.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Hosts that `http.send` may call and `net.lookup_ip_addr` may look up; `*` allows all. None by default.
    pub allow_net: Vec<String>,
}

impl Options {
    /// Whether a host may be asked.
    pub(crate) fn allows(&self, host: &str) -> bool {
        self.allow_net
            .iter()
            .any(|name| name == "*" || name == host)
    }

    /// The same, as an error in OPA's words.
    pub(crate) fn check_host(&self, host: &str) -> Result<(), BuiltinError> {
        if self.allows(host) {
            return Ok(());
        }
        Err(BuiltinError::failed(format!("disallowed host: {host}")))
    }
}

/// What an implementation sees besides its arguments.
#[derive(Debug, Clone, Copy)]
pub struct Context<'c> {
    /// The evaluation's time, in nanoseconds since 1970.
    pub now_ns: i64,
    /// What is allowed.
    pub options: &'c Options,
    /// The responses that `http.send` keeps.
    pub(crate) cache: &'c http::Cache,
}

/// A builtin: all arguments are defined, and as many as the table of builtins says. Its errors do not name it.
pub type Implementation = fn(&Context<'_>, &mut Heap<'_>, &[Value]) -> Outcome;

/// The names of a category with their implementations.
pub(crate) type Table = &'static [(&'static str, Implementation)];

/// Each category has a module with its table.
const TABLES: &[Table] = &[
    aws::TABLE,
    extensions::TABLE,
    graphql::TABLE,
    http::TABLE,
    jwt::TABLE,
    lookup::TABLE,
    rego::TABLE,
    schema::TABLE,
    template::TABLE,
    time::TABLE,
    x509::TABLE,
];

/// The standard host: all of OPA's builtins that the runtime does not have, and kpol's own ([`crate::EXTENSIONS`]).
#[derive(Debug, Clone, Default)]
pub struct Standard {
    options: Options,
    cache: Arc<http::Cache>,
}

impl Standard {
    /// A host that allows what `options` say.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Standard {
            options,
            cache: Arc::default(),
        }
    }

    /// The implementation of a builtin, if it is one of the host's.
    #[must_use]
    pub fn implementation(name: &str) -> Option<Implementation> {
        let mut entries = TABLES.iter().copied().flatten();
        entries.find(|entry| entry.0 == name).map(|entry| entry.1)
    }

    /// Calls a builtin over values of a heap; `None` where there is none of that name.
    #[must_use]
    pub fn run(
        &self,
        heap: &mut Heap<'_>,
        name: &str,
        args: &[Value],
        now_ns: i64,
    ) -> Option<Outcome> {
        let context = Context {
            now_ns,
            options: &self.options,
            cache: &self.cache,
        };
        Self::implementation(name).map(|run| run(&context, heap, args))
    }
}

impl HostBuiltins for Standard {
    fn has(&self, name: &str) -> bool {
        Self::implementation(name).is_some()
    }

    fn call(&self, call: &HostCall<'_>) -> Result<Option<String>, BuiltinError> {
        let mut heap = Heap::new();
        let unread = |_| BuiltinError::failed("the arguments are no values");
        let array = json::parse_term(&mut heap, call.args).map_err(unread)?;
        let args = heap.items(array);
        let outcome = self
            .run(&mut heap, call.name, &args, call.now_ns)
            .unwrap_or_else(|| Err(BuiltinError::failed("not available")))?;
        if heap.exhausted() {
            return Err(BuiltinError::failed("the value is too large"));
        }
        if outcome == Value::UNDEFINED {
            return Ok(None);
        }
        let mut text = String::new();
        json::write_term(&mut heap, outcome, &mut text);
        Ok(Some(text))
    }
}
